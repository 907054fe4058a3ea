// Whatever is declared of relations: a history that keeps to it has no finding, and each fault that it implies is found.
import type { FindingKind, RelationRule } from '@turnpike/protocol';
import fc from 'fast-check';
import { findingsAbout, goneBy } from '../libs/engine/src/integrity/rules.js';
import type { Relation } from '../libs/engine/src/definitions/relations.js';
import { SHOP } from './support/shop.js';
import { comparisonOf, hasOne, type Life, type Row, world } from './support/declared-lives.js';

async function suspectsIn(lives: readonly Life[], declared: readonly Relation[]): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const batch of comparisonOf(lives, declared).suspects()) batch.forEach((id) => found.add(id));
  return found;
}

function kindsAbout({ id, user, rows, lane }: Life, declared: readonly Relation[]): string[] {
  const listed = rows.filter(({ hidden }) => !hidden);
  return findingsAbout(
    id,
    user ?? undefined,
    listed,
    { subject: SHOP.subject, relations: declared },
    goneBy(lane),
  ).map(({ relation, kind, id: row }) => `${relation} ${kind} ${row}`);
}

/** A fault that can be planted in a life: what it does, and what has to be found of it. */
type Plant = (
  life: Life,
  declared: readonly Relation[],
) => { expected: [string, FindingKind, string]; spoil: () => void }[];

const rowFaults =
  (
    kind: FindingKind,
    applies: (row: Row, relation: Relation, life: Life) => boolean,
    spoil: (row: Row, life: Life) => void,
  ): Plant =>
  (life, declared) =>
    life.rows.flatMap((row) => {
      const relation = declared.find(({ name }) => name === row.relation)!;
      if (!applies(row, relation, life)) return [];
      return [{ expected: [row.relation, kind, row.id], spoil: () => spoil(row, life) }];
    });

const isDeletedBy = ({ kind }: RelationRule): boolean => kind === 'cascade' || kind === 'restrict';

/** Each names the promise of the declaration that it breaks. */
const FAULTS: Readonly<Record<string, Plant>> = {
  'a user whom identity has lost, with rows that stay': rowFaults(
    'dangling',
    (row, _relation, { user }) => user !== null && !row.hidden,
    (_row, life) => (life.user = null),
  ),
  'a row that every user has, and that vanished': rowFaults(
    'missing',
    (row, relation, { user }) => user !== null && hasOne(relation) && !row.hidden,
    (row) => (row.hidden = true),
  ),
  'a restored user whose rows, deleted with the user, are not back': rowFaults(
    'missing',
    (row, relation, { user }) =>
      user?.state === 'active' &&
      isDeletedBy(relation.delete) &&
      relation.restore.kind === 'cascade' &&
      row.live &&
      !row.hidden,
    (row) => (row.live = false),
  ),
  'a row that every user has and no deletion touches, out of force': rowFaults(
    'missing',
    (row, relation, { user }) =>
      user?.state === 'active' &&
      hasOne(relation) &&
      relation.delete.kind === 'retain' &&
      row.live &&
      !row.hidden,
    (row) => (row.live = false),
  ),
  'a copy of the name that a rename did not reach': rowFaults(
    'stale-copy',
    (row, relation, { user }) => user !== null && relation.update.kind === 'copy' && !row.hidden,
    (row) => (row.name = 'Augusta'),
  ),
  'a user deleted at identity alone, with rows that follow a deletion': rowFaults(
    'live-after-delete',
    (row, relation, { user }) =>
      user?.state === 'active' &&
      !row.hidden &&
      (relation.delete.kind === 'anonymise' || (isDeletedBy(relation.delete) && row.live)),
    (_row, life) => (life.user = { ...life.user!, state: 'deleted' }),
  ),
  'a row of a deleted user, put back by hand': rowFaults(
    'resurrected',
    (row, relation, { lane, user }) =>
      lane === 'deleted' &&
      user !== null &&
      (relation.delete.kind === 'anonymise'
        ? row.hidden
        : isDeletedBy(relation.delete) && !row.live && !row.hidden),
    (row) => Object.assign(row, { live: true, hidden: false }),
  ),
  'a row of a purged user, from before the purge': rowFaults(
    'resurrected',
    (row, { purge }, { lane }) =>
      lane === 'closed' &&
      (purge.kind === 'anonymise' || (purge.kind === 'cascade' && !row.live && !row.hidden)),
    (row) => Object.assign(row, { live: true, hidden: false }),
  ),
  'a user whom the ledger has deleted or purged, alive at identity': (life) =>
    life.lane === 'open'
      ? []
      : [
          {
            expected: ['identity.users', 'resurrected', life.id],
            spoil: () => (life.user = { id: life.id, state: 'active', name: 'Ada' }),
          },
        ],
  'a purged user, still deleted at identity': (life) =>
    life.lane !== 'closed'
      ? []
      : [
          {
            expected: ['identity.users', 'resurrected', life.id],
            spoil: () => (life.user = { id: life.id, state: 'deleted', name: 'Ada' }),
          },
        ],
};

describe('rules that follow from any declaration', () => {
  it('find nothing where everything that happened was carried out as declared', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ declared, lives }) => {
        for (const life of lives) expect(kindsAbout(life, declared)).toEqual([]);
        expect(await suspectsIn(lives, declared)).toEqual(new Set());
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(FAULTS))('find %s', async (_name, plant) => {
    let planted = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.nat(), async ({ declared, lives }, choice) => {
        const possible = lives.flatMap((life) => plant(life, declared).map((fault) => ({ life, ...fault })));
        const fault = possible[choice % Math.max(possible.length, 1)];
        fc.pre(fault !== undefined);
        fault.spoil();
        planted += 1;
        expect(kindsAbout(fault.life, declared)).toContain(fault.expected.join(' '));
        expect(await suspectsIn(lives, declared)).toEqual(new Set([fault.life.id]));
      }),
      { numRuns: 150, maxSkipsPerRun: 200 },
    );
    expect(planted).toBeGreaterThan(100);
  });
});
