import type { RelationDeclaration } from '@turnpike/protocol';
import { tableOf } from './relations.js';

/*
 * Relations as a graph of tables: an arrow from the table of the rows to the one that they refer to.
 */

type Arrow = Pick<RelationDeclaration, 'from' | 'to' | 'purge'>;

/** @returns what is wrong with where that relation leads; the process or the manifest that declares it is refused */
export function complaintsAboutWays(
  relation: Arrow,
  relations: readonly Arrow[],
  subjectTable: string,
): string[] {
  return [...circleAt(relation, relations), ...keptForEver(relation, relations, subjectTable)];
}

/** Rows that refer to each other in a circle would have to be deleted before each other. */
function circleAt({ from, to }: Arrow, relations: readonly Arrow[]): string[] {
  const way = wayBetween(tableOf(to), tableOf(from), relations);
  return way ? [`refers to itself: ${[tableOf(from), ...way].join(' to ')}`] : [];
}

/** Whatever holds something of a user is erased when the user is purged, or what it is reached by is. */
function keptForEver(relation: Arrow, relations: readonly Arrow[], subjectTable: string): string[] {
  return isOfSubject(relation, relations, subjectTable) && !isErased(relation, relations, subjectTable, [])
    ? [`holds something of a user, and no rule for purge erases it: ${relation.from}`]
    : [];
}

/** @returns the tables from one to the other, both of them too, or null where no relation leads there */
function wayBetween(
  from: string,
  to: string,
  relations: readonly Arrow[],
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

function referredBy(table: string, relations: readonly Arrow[]): string[] {
  return [...new Set(relations.filter(({ from }) => tableOf(from) === table).map(({ to }) => tableOf(to)))];
}

function isOfSubject({ to }: Arrow, relations: readonly Arrow[], subjectTable: string): boolean {
  return wayBetween(tableOf(to), subjectTable, relations) !== null;
}

/** By itself, or because what it refers to is: then nothing leads from it to the user any more. */
function isErased(
  { purge, to }: Arrow,
  relations: readonly Arrow[],
  subjectTable: string,
  seen: readonly string[],
): boolean {
  if (purge && purge.kind !== 'retain') return true;
  const table = tableOf(to);
  if (table === subjectTable) return false;
  // In a circle, which is a mistake of its own: the ways out of it decide.
  if (seen.includes(table)) return true;
  const further = relations.filter(
    (other) => tableOf(other.from) === table && isOfSubject(other, relations, subjectTable),
  );
  return (
    further.length > 0 && further.every((other) => isErased(other, relations, subjectTable, [...seen, table]))
  );
}
