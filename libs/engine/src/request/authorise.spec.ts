import { type Role, ROLES } from '@turnpike/protocol';
import { type Action, ALLOWED, authorise, NEVER_OWN, type Who } from './authorise.js';

const ME = 'me';
const ACTIONS = Object.keys(ALLOWED) as Action[];

/** Whether somebody is let in with those roles, to what is that person's or another's. */
function isLetIn(
  action: Action,
  roles: readonly Role[],
  ownerId: string | null,
  actorId: string | null,
): boolean {
  try {
    authorise(action, { userId: ME, roles }, ownerId, actorId);
    return true;
  } catch {
    return false;
  }
}

const mayBe = (action: Action, ...who: Who[]): boolean => who.some((one) => ALLOWED[action].includes(one));

describe.each(ACTIONS)('%s', (action) => {
  const isForAll = mayBe(action, 'anyone', 'user');
  const whose = [null, 'another'];

  test('is for a stranger only where it is for everybody', () => {
    for (const ownerId of whose) expect(isLetIn(action, [], ownerId, 'another')).toBe(isForAll);
  });

  test('is for its owner only where the table says so, and for whoever asked for it', () => {
    expect(isLetIn(action, [], ME, 'another')).toBe(isForAll || mayBe(action, 'owner'));
    expect(isLetIn(action, [], 'another', ME)).toBe(isForAll || mayBe(action, 'actor'));
  });

  test.each(ROLES)('is for the role %s only where the table says so', (role) => {
    for (const ownerId of whose)
      expect(isLetIn(action, [role], ownerId, null)).toBe(isForAll || mayBe(action, role));
  });

  test('is for nobody by a role in the own lane, where it could keep back what ends access', () => {
    if (NEVER_OWN.has(action)) expect(isLetIn(action, ROLES, ME, ME)).toBe(false);
  });
});
