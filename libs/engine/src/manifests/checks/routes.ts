import type { ServiceDeclaration } from '@turnpike/protocol';
import { inEach } from '../form/lines.js';
import { overlaps, type Route } from './route.js';
import type { Candidate } from './candidate.js';

interface Owned extends Route {
  owner: string;
}

/** Below this the gateway's operators have their routes, and there may be more of them one day. */
const OPERATORS = /^\/v\d+\/ops(\/|$)/;

/** No request may fit two routes. */
export function takenRoutes({ manifest, surroundings: { routes, others } }: Candidate): string[] {
  const known: Owned[] = [
    ...routes.map((route) => ({ ...route, owner: 'the gateway' })),
    ...others.flatMap(routesOf),
  ];
  const complaintsAbout = ({ method, path }: Partial<Route>): string[] => {
    if (!method || !path) return [];
    if (OPERATORS.test(path)) return [`the route ${method} ${path} is the gateway's own`];
    const other = known.find((one) => overlaps(one, { method, path }));
    known.push({ method, path, owner: manifest.service });
    return other ? [`the route ${method} ${path} is taken by ${other.owner} (${other.path})`] : [];
  };
  return [...inEach(manifest, 'operations', complaintsAbout), ...inEach(manifest, 'reads', complaintsAbout)];
}

/** @returns the routes that a declaration brings */
export function routesOf({ service, operations = [], reads = [] }: ServiceDeclaration): Owned[] {
  return [...operations, ...reads].flatMap(({ method, path }) =>
    method && path ? [{ method, path, owner: service }] : [],
  );
}
