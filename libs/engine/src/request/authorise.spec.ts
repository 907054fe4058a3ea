import { type Role, ROLES, type Who } from '@turnpike/protocol';
import { type ActionDefinition, authorise, ENGINE_ACTIONS } from './authorise.js';

const ME = 'me';

/** What services bring may be for anybody whom the words of the table name. */
const BROUGHT: ActionDefinition[] = [
  { name: 'place', allow: ['user'] },
  { name: 'pay', allow: ['owner', 'admin'] },
  { name: 'change-password', allow: ['owner'] },
  { name: 'ship', allow: ['admin'] },
  { name: 'register', allow: ['anyone'] },
];
const ACTIONS = [...ENGINE_ACTIONS, ...BROUGHT];

/** Whether somebody is let in with those roles, to what is that person's or another's. */
function isLetIn(
  action: ActionDefinition,
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

const mayBe = ({ allow }: ActionDefinition, ...who: Who[]): boolean => who.some((one) => allow.includes(one));

describe.each(ACTIONS)('$name', (action) => {
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
    if (action.neverOwn) expect(isLetIn(action, ROLES, ME, ME)).toBe(false);
  });
});
