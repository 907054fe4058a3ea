// Relations as any service may declare them, and users to whom something has happened by those declarations.
import type { IntegrityRow, IntegrityUser, RelationRule } from '@turnpike/protocol';
import fc from 'fast-check';
import type { Relation } from '../../libs/engine/src/definitions/relations.js';
import { Comparison } from '../../libs/engine/src/integrity/scan.js';
import { SHOP } from './shop.js';

type Admission = 'open' | 'deleted' | 'closed';

/** A row of a service, beside what it lists of it. */
export interface Row extends IntegrityRow {
  /** Anonymised or removed, and so not listed. */
  hidden: boolean;
}

/** One user in all databases. */
export interface Life {
  id: string;
  /** As identity has the user; null once purged, or lost. */
  user: IntegrityUser | null;
  lane: Admission;
  rows: Row[];
}

const STEP = 'ordering.follow-user' as const;
const consequence = (...kinds: RelationRule['kind'][]): fc.Arbitrary<RelationRule> =>
  fc.constantFrom(...kinds).map((kind) => (kind === 'retain' ? { kind } : { kind, step: STEP }));

/** What a service may declare; an anonymised row cannot come back, and nobody has to have one. */
const declaration = fc
  .record({
    each: fc.constantFrom('one' as const, 'optional' as const, undefined),
    register: consequence('copy', 'retain'),
    update: consequence('copy', 'retain'),
    delete: consequence('cascade', 'restrict', 'anonymise', 'retain'),
    restore: consequence('cascade', 'retain'),
    purge: consequence('anonymise', 'cascade', 'retain'),
  })
  .filter(
    ({ delete: onDelete, ...rest }) =>
      onDelete.kind !== 'anonymise' || (!hasOne(rest) && rest.restore.kind === 'retain'),
  );

const relations = fc.array(declaration, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((one, index): Relation => ({
    ...one,
    name: `ordering.table${index}`,
    service: 'ordering',
    from: `ordering.table${index}.user_id`,
    to: 'identity.users.id',
    follow: STEP,
  })),
);

type Event = 'update' | 'delete' | 'restore' | 'purge';

export const world = relations.chain((declared) =>
  fc.record({
    declared: fc.constant(declared),
    lives: fc
      .array(
        fc.record({
          events: fc.array(fc.constantFrom<Event>('update', 'delete', 'restore', 'purge'), { maxLength: 6 }),
          rows: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
        }),
        { minLength: 1, maxLength: 6 },
      )
      .map((plans) => plans.map(({ events, rows }, index) => lived(index, events, rows, declared))),
  }),
);

export function hasOne({ each, register }: Pick<Relation, 'each' | 'register'>): boolean {
  return each === 'one' || (each === undefined && register.kind === 'copy');
}

/** @returns a user to whom that has happened, in an order that the lane would have let through */
function lived(
  index: number,
  events: readonly Event[],
  counts: readonly number[],
  declared: readonly Relation[],
): Life {
  const id = uuid(1, index);
  const life: Life = {
    id,
    user: { id, state: 'active', name: 'Ada' },
    lane: 'open',
    rows: declared.flatMap((relation, table) => {
      return Array.from({ length: countOf(relation, counts[table]!) }, (_, row) =>
        rowOf(relation, id, uuid(2 + table, index * 3 + row)),
      );
    }),
  };
  events.forEach((event, turn) => happen(life, event, declared, `Ada ${turn}`));
  return life;
}

function countOf(relation: Relation, any: number): number {
  if (hasOne(relation)) return 1;
  return relation.each ? Math.min(any, 1) : any;
}

function rowOf(relation: Relation, userId: string, key: string): Row {
  const copies = relation.register.kind === 'copy' || relation.update.kind === 'copy';
  return {
    id: hasOne(relation) ? userId : key,
    relation: relation.name,
    userId,
    // Of what no deletion touches a service may call anything live; what every user has it calls so.
    live: relation.delete.kind !== 'retain' || hasOne(relation),
    hidden: false,
    ...(copies && { name: 'Ada' }),
  };
}

function happen(life: Life, event: Event, declared: readonly Relation[], name: string): void {
  const from: Record<Event, Admission> = {
    update: 'open',
    delete: 'open',
    restore: 'deleted',
    purge: 'deleted',
  };
  if (life.lane !== from[event]) return;
  life.lane = { update: 'open', delete: 'deleted', restore: 'open', purge: 'closed' }[event] as Admission;
  if (event === 'update') life.user = { ...life.user!, name };
  if (event === 'delete' || event === 'restore')
    life.user = { ...life.user!, state: event === 'delete' ? 'deleted' : 'active' };
  if (event === 'purge') life.user = null;
  for (const row of life.rows) {
    const relation = declared.find((one) => one.name === row.relation)!;
    carryOut(relation[event].kind, event, row, name);
  }
}

function carryOut(kind: RelationRule['kind'], event: Event, row: Row, name: string): void {
  if (kind === 'copy') row.name = name;
  if (kind === 'anonymise') row.hidden = true;
  if (kind === 'cascade' || kind === 'restrict') row.live = event === 'restore';
}

function uuid(table: number, index: number): string {
  return `00000000-0000-7000-800${table}-${String(index).padStart(12, '0')}`;
}

/** What the services and the ledger answer of these lives, in small pages. */
export function comparisonOf(lives: readonly Life[], declared: readonly Relation[]): Comparison {
  const listed = lives.flatMap(({ rows }) => rows.filter(({ hidden }) => !hidden));
  const lanes = new Map(lives.map(({ id, lane }) => [id, { admission: lane, depth: 0, lastSeq: 1 }]));
  return new Comparison(
    {
      users: () => paged(lives.flatMap(({ user }) => user ?? [])),
      rows: ({ service, name }) => paged(listed.filter(({ relation }) => relation === `${service}.${name}`)),
    },
    {
      among: (ids) =>
        Promise.resolve(new Map(ids.flatMap((id) => (lanes.has(id) ? [[id, lanes.get(id)!]] : [])))),
    },
    { relations: declared, subject: SHOP.subject },
  );
}

async function* paged<Item extends { id: string }>(items: readonly Item[]): AsyncGenerator<Item[]> {
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let from = 0; from < sorted.length; from += 2)
    yield await Promise.resolve(sorted.slice(from, from + 2));
}
