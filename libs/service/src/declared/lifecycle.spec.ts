import type { RelationDeclaration } from '@turnpike/protocol';
import { endOf, happeningsBy } from './lifecycle.js';

const FORGETFUL: RelationDeclaration = {
  ...{ name: 'lamps.lamps', from: 'lamps.lamps.user_id', to: 'identity.users.id' },
  delete: { kind: 'restrict', step: 'lamps.close' },
  purge: { kind: 'anonymise', step: 'lamps.purge' },
  follow: 'lamps.follow',
};
const RETURNING: RelationDeclaration = {
  ...FORGETFUL,
  restore: { kind: 'cascade', step: 'lamps.open' },
};

it('is known of each step of a relation what happens to the user by it', () => {
  const steps = ['lamps.close', 'lamps.open', 'lamps.purge', 'lamps.follow', 'lamps.light'];
  expect(steps.map((step) => happeningsBy(step, [RETURNING]))).toEqual([
    ...[['delete'], ['restore'], ['purge'], ['follow'], []],
  ]);
});

describe('the tombstone', () => {
  it.each([
    ['delete', undefined, 'set'],
    ['restore', undefined, 'clear'],
    ['purge', undefined, 'set'],
    ['follow', 'active', 'clear'],
    ['follow', 'deleted', 'set'],
    ['follow', 'absent', 'set'],
  ] as const)('by %s (%s) is %s', (happening, state, tombstone) => {
    expect(endOf(happening, state, [RETURNING]).tombstone).toBe(tombstone);
  });

  it('is not set by a deletion where no restore would take it away', () => {
    expect(endOf('delete', undefined, [FORGETFUL]).tombstone).toBeUndefined();
    expect(endOf('follow', 'deleted', [FORGETFUL]).tombstone).toBeUndefined();
    expect(endOf('purge', undefined, [FORGETFUL]).tombstone).toBe('set');
  });
});

it('forgets what it remembers of a user of whom nothing may be left, and of no other', () => {
  const forgets = (...[happening, state]: Parameters<typeof endOf>): boolean =>
    endOf(happening, state, [RETURNING]).forgets;
  expect([forgets('purge', undefined, []), forgets('follow', 'absent', [])]).toEqual([true, true]);
  expect([forgets('delete', undefined, []), forgets('follow', 'deleted', [])]).toEqual([false, false]);
});
