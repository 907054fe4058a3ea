import type { Role } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import type { Actors, ActorStanding } from '../ledger/actor-standings.js';
import type { ClaimedRow } from '../ledger/statements/claim.js';
import { Authority, type Begun } from './authority.js';
import type { Subjects } from '../ports/subjects.js';

const OPEN: ActorStanding = { isOpen: true, rolesChange: false, lastSeq: 7 };
const CHANGING: ActorStanding = { ...OPEN, rolesChange: true };
const DELETING: ActorStanding = { ...OPEN, isOpen: false };
const ORDER: Begun = { changes_roles: false, user_id: 'v', seq: 3 };
const SET_ROLES: Begun = { changes_roles: true, user_id: 'v', seq: 3 };

const PENDING = { name: 'ordering.ship', service: 'ordering', state: 'pending', attempts: 0 };

/** What the ledger and identity say, and how often identity was asked. */
function world(standing: ActorStanding | null, roles: Role[] | Problem, state = 'active') {
  const said = { standing, roles, state, asked: 0 };
  const actors = { standing: () => Promise.resolve(said.standing) };
  const ask = (): Promise<object> => {
    said.asked += 1;
    if (said.roles instanceof Problem) return Promise.reject(said.roles);
    return Promise.resolve({ roles: said.roles, state: said.state });
  };
  const authority = new Authority(actors as unknown as Actors, { rolesOf: ask } as unknown as Subjects);
  const of = (write: Begun = ORDER, role: Role = 'admin') => authority.of('u', role, write);
  return { said, of, carryOut: (claimed: ClaimedRow) => authority.toCarryOut(claimed) };
}

describe('a role by which a write was accepted', () => {
  it.each([
    ['is held by whoever has it', OPEN, ['admin'], 'held'],
    ['is lost where identity has another', OPEN, ['operator.act'], 'lost'],
    ['is lost where identity does not know the actor', OPEN, new Problem('not-found'), 'lost'],
    ['is not known where identity does not answer', OPEN, new Problem('unavailable'), 'unknown'],
    ['is not known while the roles change', CHANGING, ['admin'], 'unknown'],
    ['is lost with the lane of the actor', DELETING, ['admin'], 'lost'],
    ['is lost where the actor has no lane', null, ['admin'], 'lost'],
  ] as const)('%s', async (_what, standing, roles, expected) => {
    const { of } = world(standing, roles as Role[] | Problem);
    expect(await of()).toBe(expected);
  });

  it('is lost with the account, whatever roles stand there', async () => {
    expect(await world(OPEN, ['admin'], 'deleted').of()).toBe('lost');
  });

  it('is held by administrators, whichever it is', async () => {
    expect(await world(OPEN, ['admin']).of(ORDER, 'operator.act')).toBe('held');
  });

  it('lets no change of roles wait for another, which might wait for it', async () => {
    expect(await world(CHANGING, ['admin']).of(SET_ROLES)).toBe('lost');
  });

  it.each([
    ['before the first step is sent', {}, 'lost'],
    ['once a step may have been sent', { crashes: 1 }, 'lost'],
    ['after an attempt', { steps: [{ ...PENDING, attempts: 1 }] }, 'lost'],
    ['not of a write that needed no role', { by_role: null }, 'held'],
  ] as const)('is asked for %s', async (_what, given, expected) => {
    const { carryOut } = world(OPEN, []);
    const claimed = { ...ORDER, actor_id: 'u', by_role: 'admin', crashes: 0, steps: [PENDING], ...given };
    expect(await carryOut(claimed as unknown as ClaimedRow)).toBe(expected);
  });

  it('is asked for each time in the own lane, where a change of roles may stand behind', async () => {
    const { said, of } = world(OPEN, ['admin']);
    const own: Begun = { ...ORDER, user_id: 'u' };
    expect([await of(own), await of(own), await of(), said.asked]).toEqual(['held', 'held', 'held', 3]);
    said.roles = [];
    expect(await of(own)).toBe('lost');
  });

  it('is asked for once while the lane of the actor takes nothing, and a refusal each time', async () => {
    const { said, of } = world(OPEN, ['admin']);
    expect([await of(), await of(), said.asked]).toEqual(['held', 'held', 1]);
    said.roles = [];
    said.standing = { ...OPEN, lastSeq: 8 };
    expect([await of(), await of(), said.asked]).toEqual(['lost', 'lost', 3]);
  });
});
