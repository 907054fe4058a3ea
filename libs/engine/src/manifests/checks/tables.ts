import type { RelationDeclaration } from '@turnpike/protocol';
import { tableOf } from '../../definitions/relations.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';

/*
 * Relations as a graph of tables: an arrow from the table of the rows to the one that they refer to.
 */

/** Rows that refer to each other in a circle would have to be deleted before each other. */
export function circles({ manifest, relations }: Candidate): string[] {
  return inEach(manifest, 'relations', (relation) => {
    const way = wayBetween(tableOf(relation.to), tableOf(relation.from), relations);
    return way ? [`refers to itself: ${[tableOf(relation.from), ...way].join(' to ')}`] : [];
  });
}

/** Whatever holds something of a user is erased when the user is purged, or what it is reached by is. */
export function keptForEver(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) =>
    isOfSubject(relation, candidate) && !isErased(relation, candidate, [])
      ? [`holds something of a user, and no rule for purge erases it: ${relation.from}`]
      : [],
  );
}

/** @returns the tables from one to the other, both of them too, or null where no relation leads there */
function wayBetween(
  from: string,
  to: string,
  relations: readonly RelationDeclaration[],
  seen: readonly string[] = [],
): string[] | null {
  if (from === to) return [to];
  if (seen.includes(from)) return null;
  for (const next of referredBy(from, relations)) {
    const way = wayBetween(next, to, relations, [...seen, from]);
    if (way) return [from, ...way];
  }
  return null;
}

function referredBy(table: string, relations: readonly RelationDeclaration[]): string[] {
  return [...new Set(relations.filter(({ from }) => tableOf(from) === table).map(({ to }) => tableOf(to)))];
}

function isOfSubject({ to }: RelationDeclaration, { subject, relations }: Candidate): boolean {
  return wayBetween(tableOf(to), subject.table, relations) !== null;
}

/** By itself, or because what it refers to is: then nothing leads from it to the user any more. */
function isErased(relation: RelationDeclaration, candidate: Candidate, seen: readonly string[]): boolean {
  const { purge, to } = relation;
  if (purge && purge.kind !== 'retain') return true;
  const table = tableOf(to);
  if (table === candidate.subject.table) return false;
  // In a circle, which is a mistake of its own: the ways out of it decide.
  if (seen.includes(table)) return true;
  const further = candidate.relations.filter(
    (other) => tableOf(other.from) === table && isOfSubject(other, candidate),
  );
  return further.length > 0 && further.every((other) => isErased(other, candidate, [...seen, table]));
}
