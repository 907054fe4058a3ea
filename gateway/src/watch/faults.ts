import type {
  Finding,
  FindingKind,
  IntegrityRow,
  IntegrityUser,
  Relation,
  ServiceName,
} from '@turnpike/contracts';

/*
 * What is wrong with rows that refer to a user, told from what is declared of their relation. A new relation needs
 * no rule here: what becomes of it on registration, renaming and deletion says what it has to look like.
 */

/** A table of a service that refers to users. */
export interface Source {
  service: ServiceName;
  /** As the service lists it: the table's name. */
  name: string;
  /** Each user has one row, made with the user and under the user's id. */
  keyedByUser: boolean;
}

/** @returns the tables that these relations speak of, each once */
export function sourcesOf(relations: readonly Relation[]): Source[] {
  const names = new Set(relations.map(tableOf));
  return [...names].map((table) => {
    const ofTable = relations.filter((relation) => tableOf(relation) === table);
    const [service, name] = [ofTable[0]!.service, table.split('.')[1]!];
    return { service, name, keyedByUser: ofTable.some(isMadeWithUser) };
  });
}

/** @returns what is wrong with that row, or null; `user` is undefined where there is none */
export function faultOf(
  row: IntegrityRow,
  user: IntegrityUser | undefined,
  relations: readonly Relation[],
): FindingKind | null {
  const relation = relations.find(({ name }) => name === row.relation);
  if (!relation) return null;
  if (!user) return 'dangling';
  if (user.state === 'deleted' && row.live && followsDeletion(relation)) return 'live-after-delete';
  if (user.state === 'active' && !row.live && isMadeWithUser(relation)) return 'missing';
  return holdsCopy(relation) && row.name !== undefined && row.name !== user.name ? 'stale-copy' : null;
}

/** @returns everything that is wrong about one user, given all rows that refer to that id */
export function findingsAbout(
  userId: string,
  user: IntegrityUser | undefined,
  rows: readonly IntegrityRow[],
  relations: readonly Relation[],
): Finding[] {
  const findings = rows.flatMap((row): Finding[] => {
    const kind = faultOf(row, user, relations);
    return kind ? [{ relation: row.relation, kind, id: row.id, userId }] : [];
  });
  const present = new Set(rows.map(({ relation }) => relation));
  const missing = relations.filter((relation) => isMadeWithUser(relation) && !present.has(relation.name));
  if (!user) return findings;
  return [
    ...findings,
    ...missing.map(({ name }) => ({ relation: name, kind: 'missing', id: userId, userId }) as const),
  ];
}

function tableOf({ from }: Relation): string {
  return from.slice(0, from.lastIndexOf('.'));
}

function isMadeWithUser({ register }: Relation): boolean {
  return register.kind !== 'retain';
}

function holdsCopy({ update }: Relation): boolean {
  return update.kind === 'copy';
}

function followsDeletion({ delete: onDelete }: Relation): boolean {
  return onDelete.kind !== 'retain';
}
