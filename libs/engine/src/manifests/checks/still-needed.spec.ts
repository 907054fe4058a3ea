import 'reflect-metadata';
import type { Manifest } from '@turnpike/protocol';
import { LOYALTY, stepsWith, withOperation } from '../../../../../test/support/manifests.js';
import { type CountNeeds, stillNeeded } from './still-needed.js';

const needing = (kinds: [string, number][], steps: [string, number][]): CountNeeds =>
  jest.fn(async () => ({ kinds: new Map(kinds), steps: new Map(steps) }));
const without = (name: string): object => ({ steps: LOYALTY.steps!.filter((step) => step.name !== name) });
const changed = (change: object): Manifest => ({ ...LOYALTY, version: '1.5.0', ...change });

const REDEEMING = needing([['loyalty.redeem', 3]], [['loyalty.redeem', 3]]);

describe('a manifest with which unfinished operations could not be ended is refused:', () => {
  it.each<[string, object, string]>([
    ['their kind is gone', withOperation({ kind: 'loyalty.spend' }), 'operations: loyalty.redeem is gone'],
    ['their step is gone', without('loyalty.redeem'), 'steps: loyalty.redeem is gone'],
    [
      'their step cannot be undone any more',
      stepsWith('loyalty.redeem', { undo: true }),
      'steps/0 (loyalty.redeem): its undo is true and was false',
    ],
    [
      'their step is not refused any more',
      stepsWith('loyalty.redeem', { refuses: false }),
      'steps/0 (loyalty.redeem): its refuses is false and was true',
    ],
  ])('%s', async (_what, change, line) => {
    const lines = await stillNeeded(LOYALTY, changed(change), REDEEMING);
    expect(lines).toEqual([`${line}, which 3 unfinished operations need as it was`]);
  });

  it('one of them is enough', async () => {
    const lines = await stillNeeded(
      LOYALTY,
      changed(without('loyalty.earn')),
      needing([], [['loyalty.earn', 1]]),
    );
    expect(lines).toEqual(['steps: loyalty.earn is gone, which 1 unfinished operation needs as it was']);
  });
});

describe('a manifest is not refused for what', () => {
  it('no unfinished operation needs', async () => {
    expect(await stillNeeded(LOYALTY, changed(without('loyalty.redeem')), needing([], []))).toEqual([]);
  });

  it('it adds or leaves as it is, and nothing is counted', async () => {
    const count = needing([], []);
    expect(await stillNeeded(LOYALTY, changed({}), count)).toEqual([]);
    expect(await stillNeeded(null, LOYALTY, count)).toEqual([]);
    expect(count).not.toHaveBeenCalled();
  });
});
