import { ROLES, type LaneOf, type Shape } from '@turnpike/protocol';
import { inEach } from '../form/lines.js';
import { isSchema } from '../shapes/closed-schema.js';
import type { Candidate } from './candidate.js';
import { mayHave } from './pointers.js';

/** Whom `allow` may name beside roles. */
const WHO = ['anyone', 'holder', 'user', 'owner', 'actor'];

/** What a route has that decides whose lane it is in, and who may use it. */
interface Access {
  path?: string;
  lane?: LaneOf;
  allow?: readonly string[];
  body?: Shape | null;
}

/** The lane of a request is known from the request, and those who may send it are known words. */
export function unsoundAccess(candidate: Candidate): string[] {
  const complaintsAbout = (access: Access): string[] => [
    ...parametersTwice(access),
    ...laneOf(access, candidate),
    ...strangers(access),
  ];
  return [
    ...inEach(candidate.manifest, 'operations', (operation) => complaintsAbout(operation as Access)),
    ...inEach(candidate.manifest, 'reads', (read) => [...complaintsAbout(read), ...internalOf(read)]),
  ];
}

/** @returns the names of the parameters of a path */
export function parametersIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

function parametersTwice({ path = '' }: Access): string[] {
  const names = parametersIn(path);
  return names.filter((name, at) => names.indexOf(name) < at).map((name) => `its path has {${name}} twice`);
}

function laneOf({ path, lane, allow = [], body }: Access, candidate: Candidate): string[] {
  if (!path || !lane) return [];
  const [where, name = ''] = lane.split(':') as [string, string?];
  switch (where) {
    case 'path':
      return parametersIn(path).includes(name) ? [] : [`its lane is ${lane}, and its path has no {${name}}`];
    case 'body':
      return isInBody(body, name) ? [] : [`its lane is ${lane}, which its body need not have`];
    case 'resource':
      return isOfResource(path, candidate)
        ? []
        : ['its lane is that of a resource, and its path names none by {id}'];
    default:
      return allow.includes('anyone') ? [`its lane is the caller's, and it is allowed to anyone`] : [];
  }
}

function isInBody(body: Shape | null | undefined, name: string): boolean {
  if (!isSchema(body)) return false;
  const required: unknown = body['required'];
  return Array.isArray(required) && required.includes(name) && mayHave(body, [name]);
}

/** `/v1/orders/{id}/pay` is about an order, whose path is `/v1/orders`. */
function isOfResource(path: string, { all }: Candidate): boolean {
  const [before] = path.split('/{id}');
  const resources = all.flatMap(({ resources = [] }) => resources);
  return (
    path.includes('/{id}') && resources.some((resource) => anyNames(resource.path) === anyNames(before!))
  );
}

function anyNames(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}

function strangers({ allow = [] }: Access): string[] {
  const known: readonly string[] = [...WHO, ...ROLES];
  const unknown = allow.filter((who) => !known.includes(who));
  return unknown.map((who) => `is allowed to ${who}, which is neither a role nor one of ${WHO.join(', ')}`);
}

function internalOf({ path, internal }: { path: string; internal: string }): string[] {
  const known = parametersIn(path);
  const unknown = parametersIn(internal).filter((name) => !known.includes(name));
  return unknown.map((name) => `its internal address has {${name}}, and its path has not`);
}
