import type { ServiceDeclaration } from '@turnpike/protocol';
import { serviceOf } from '../../definitions/relations.js';
import { inEach, type ItemOf, type List } from '../form/lines.js';
import type { Candidate } from './candidate.js';

/** What the items of a list are called by, in words, and how to get at it. */
interface Naming<Name extends List> {
  word: string;
  nameOf: (item: ItemOf<Name>) => string;
}

const NAMINGS: { readonly [Name in Exclude<List, 'reads'>]: Naming<Name> } = {
  resources: { word: 'resource type', nameOf: ({ type }) => type },
  operations: { word: 'kind', nameOf: ({ kind }) => kind },
  steps: { word: 'step', nameOf: ({ name }) => name },
  relations: { word: 'relation', nameOf: ({ name }) => name },
  problems: { word: 'problem', nameOf: ({ code }) => code },
};

/** Each name is one service's, and there once. */
export function takenNames(candidate: Candidate): string[] {
  const { problems } = candidate.surroundings;
  return [
    ...taken(candidate, 'resources'),
    ...taken(candidate, 'operations'),
    ...taken(candidate, 'steps'),
    ...taken(candidate, 'relations'),
    ...taken(candidate, 'problems'),
    ...inEach(candidate.manifest, 'problems', ({ code }) =>
      problems.includes(code) ? [`the problem ${code} is the gateway's own`] : [],
    ),
  ];
}

/** A step is carried out by the service that its name begins with. */
export function foreignSteps({ manifest }: Candidate): string[] {
  return inEach(manifest, 'steps', ({ name }) =>
    serviceOf(name) === manifest.service
      ? []
      : [`names another service: its steps begin with ${manifest.service}.`],
  );
}

/** An operation may be refused with problems that somebody has declared. */
export function unknownProblems({ manifest, all, surroundings }: Candidate): string[] {
  const declared = all.flatMap(({ problems = [] }) => problems.map(({ code }) => code));
  const known = new Set([...surroundings.problems, ...declared]);
  return inEach(manifest, 'operations', ({ refuses = [] }) =>
    refuses
      .filter((code) => !known.has(code))
      .map((code) => `the problem ${code} of its refusals is declared by no service`),
  );
}

function taken<Name extends Exclude<List, 'reads'>>(
  { manifest, surroundings: { others } }: Candidate,
  list: Name,
): string[] {
  const { word, nameOf } = NAMINGS[list] as Naming<Name>;
  const namesIn = (declaration: ServiceDeclaration): string[] =>
    (declaration[list] ?? []).map((item) => nameOf(item as ItemOf<Name>));
  const owners = new Map(
    others.flatMap((other) => namesIn(other).map((name) => [name, other.service] as const)),
  );
  const own = namesIn(manifest);
  return inEach(manifest, list, (item, index) => {
    const name = nameOf(item);
    const owner = owners.get(name);
    if (owner !== undefined) return [`the ${word} ${name} is taken by ${owner}`];
    return own.indexOf(name) < index ? [`the ${word} ${name} is there twice`] : [];
  });
}
