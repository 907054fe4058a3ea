import {
  type Finding,
  FINDING_KINDS,
  type FindingKind,
  type IntegrityRow,
  type IntegrityUser,
  type RelationRule,
} from '@turnpike/protocol';
import type { Declarations } from '../definitions/lifecycle-sagas.js';
import { type Relation, tableOf } from '../definitions/relations.js';
import type { Admission } from '../ledger/states.js';

/*
 * What is wrong with a user and the rows that refer to one, told from what is declared of their relations. A new
 * relation needs no rule here: what becomes of it on registration, renaming, deletion, restore and purge says what it
 * has to look like. Whether a user is deleted or purged the ledger says before identity does: it is the register of
 * deletions, and a service that was restored from a backup has forgotten some of them.
 */

/** A table of a service that refers to users. */
export interface Source {
  service: string;
  /** As the service lists it: the table's name. */
  name: string;
  /** Each user has one row, made with the user and under the user's id. */
  keyedByUser: boolean;
}

/** What has become of a user by the ledger's word; undefined where the user may be there. */
export type Gone = 'deleted' | 'purged' | undefined;

/** A lane is closed for ever by a purge, or because its user was never made: nothing of such a user may be there. */
export function goneBy(admission: Admission | undefined): Gone {
  if (admission === 'closed') return 'purged';
  return admission === 'deleted' ? 'deleted' : undefined;
}

/** A user as identity has one, and as the ledger has. */
export interface Known {
  /** Undefined where identity lists none: purged, or never there. */
  user: IntegrityUser | undefined;
  gone: Gone;
}

/** @returns the tables that these relations speak of, each once */
export function sourcesOf(relations: readonly Relation[]): Source[] {
  const names = new Set(relations.map(({ from }) => tableOf(from)));
  return [...names].map((table) => {
    const ofTable = relations.filter(({ from }) => tableOf(from) === table);
    const [service, name] = [ofTable[0]!.service, table.split('.')[1]!];
    return { service, name, keyedByUser: ofTable.some(isOneForEach) };
  });
}

/** @returns the relations whose rows that table lists */
export function relationsOf({ service, name }: Source, relations: readonly Relation[]): Relation[] {
  return relations.filter(({ from }) => tableOf(from) === `${service}.${name}`);
}

/** When a listed row is wrong, for each kind of finding. */
const RULES: Readonly<Record<FindingKind, (row: IntegrityRow, relation: Relation, known: Known) => boolean>> =
  {
    // What a purge is to leave as it is refers to nobody from then on.
    dangling: (_row, _relation, { user, gone }) => !user && gone !== 'purged',
    missing: (row, relation, { user, gone }) =>
      user?.state === 'active' && !gone && !row.live && isLiveWithUser(relation),
    // The name of a user who came back from the dead is nobody's.
    'stale-copy': (row, { update }, { user, gone }) =>
      user !== undefined &&
      !isBack({ user, gone }) &&
      update.kind === 'copy' &&
      row.name !== undefined &&
      row.name !== user.name,
    'live-after-delete': (row, relation, { user, gone }) =>
      user?.state === 'deleted' && !gone && outlived(relation.delete, row),
    resurrected: (row, relation, { user, gone }) =>
      gone === 'purged'
        ? outlived(relation.purge, row)
        : gone === 'deleted' && !!user && outlived(relation.delete, row),
  };

/** @returns what is wrong with that row */
export function faultsOf(row: IntegrityRow, known: Known, relations: readonly Relation[]): FindingKind[] {
  const relation = relations.find(({ name }) => name === row.relation);
  return relation ? FINDING_KINDS.filter((kind) => RULES[kind](row, relation, known)) : [];
}

/** @returns whether identity has a user whom the ledger knows to be deleted or purged */
export function isBack({ user, gone }: Known): boolean {
  return user !== undefined && (gone === 'purged' || (gone === 'deleted' && user.state === 'active'));
}

/** @returns the relations of which that user has to have a row that the services list */
export function rowsOwedTo({ user, gone }: Known, relations: readonly Relation[]): Relation[] {
  if (!user || gone === 'purged') return [];
  const isDeleted = gone === 'deleted' || user.state === 'deleted';
  return relations.filter(
    (relation) => isOneForEach(relation) && !(isDeleted && relation.delete.kind === 'anonymise'),
  );
}

/** @returns everything that is wrong about one user, given all rows that refer to that id */
export function findingsAbout(
  userId: string,
  user: IntegrityUser | undefined,
  rows: readonly IntegrityRow[],
  declared: Pick<Declarations, 'relations' | 'subject'>,
  gone?: Gone,
): Finding[] {
  const { relations, subject } = declared;
  const known = { user, gone };
  // Where the user is not there all rows dangle by that already, or are what a purge has left.
  const stray = user && gone !== 'purged' ? strayAmong(rows, declared) : [];
  const present = new Set(rows.map(({ relation }) => relation));
  const lacking = rowsOwedTo(known, relations).filter(({ name }) => !present.has(name));
  return [
    ...(isBack(known) ? [{ relation: subject.table, kind: 'resurrected', id: userId, userId } as const] : []),
    ...rows.flatMap((row): Finding[] =>
      faultsOf(row, known, relations).map((kind) => ({ relation: row.relation, kind, id: row.id, userId })),
    ),
    ...stray.map(({ relation, id }) => ({ relation, kind: 'dangling', id, userId }) as const),
    ...lacking.map(({ name }) => ({ relation: name, kind: 'missing', id: userId, userId }) as const),
  ];
}

/** @returns the relations to other tables than the users' */
export function referencesIn({
  relations,
  subject,
}: Pick<Declarations, 'relations' | 'subject'>): Relation[] {
  return relations.filter(({ to }) => tableOf(to) !== subject.table);
}

/** @returns those of a user's rows that refer to one which is not there, given all rows of that user */
function strayAmong(
  rows: readonly IntegrityRow[],
  declared: Pick<Declarations, 'relations' | 'subject'>,
): IntegrityRow[] {
  const tables = new Map(declared.relations.map(({ name, from }) => [name, tableOf(from)]));
  const present = new Set(rows.map(({ relation, id }) => `${tables.get(relation)} ${id}`));
  const referred = new Map(referencesIn(declared).map(({ name, to }) => [name, tableOf(to)]));
  return rows.filter(({ relation, refersTo }) => {
    const table = referred.get(relation);
    return table !== undefined && refersTo !== undefined && !present.has(`${table} ${refersTo}`);
  });
}

/** A registration that makes a row makes it for each user. */
function isOneForEach({ each, register }: Relation): boolean {
  return each === undefined ? register.kind !== 'retain' : each === 'one';
}

/** Rows that go and come back with their user, or that every user has and no deletion touches, are live with the user. */
function isLiveWithUser(relation: Relation): boolean {
  if (relation.delete.kind === 'retain') return isOneForEach(relation);
  return relation.restore.kind === 'cascade';
}

/** @returns whether the row is as if the consequence had not been carried out; what is anonymised is not listed */
function outlived({ kind }: RelationRule, row: IntegrityRow): boolean {
  switch (kind) {
    case 'cascade':
    case 'restrict':
      return row.live;
    case 'anonymise':
      return true;
    case 'copy':
    case 'retain':
      return false;
  }
}
