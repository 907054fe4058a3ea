import { type Role, ROLES } from '@turnpike/protocol';
import type { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import type { FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import type { Acceptances } from '../http/submit-write.js';
import type { Administrators, TakingAway } from '../ports/subject-access.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerQueries } from '../queries/operations.js';
import type { Authority } from '../execution/authority.js';
import { Repetitions } from './repetitions.js';

const OPERATOR = 'operator';
const USER = 'user';
const REFUSED = { code: 'forbidden' };

/** As much of the definitions as decides about repetitions. */
const DEFINITIONS: Readonly<Record<string, Partial<OperationDefinition>>> = {
  'user.register': { effect: 'opens' },
  'user.change-password': { repeatedBy: 'nobody' },
  'user.set-roles': {
    repeatedBy: 'administrators',
    takesRoles: ({ roles }) => ROLES.filter((role) => !(roles as Role[]).includes(role)),
  },
  'user.set-claims': { repeatedBy: 'administrators' },
  'user.delete': { repeatedBy: 'administrators', takesRoles: () => ROLES },
  'user.restore': { repeatedBy: 'administrators' },
  'repair.user': { effect: 'follows' },
  'user.purge': { effect: 'ends' },
};

function definitionOf(kind: string): Partial<OperationDefinition> {
  return { kind, ...DEFINITIONS[kind] };
}

/** The repetition of one failed write, and what has been asked for it. */
function repetitionOf(kind: string, payload: object = {}, held = 'held') {
  const did: string[] = [];
  const failed = { id: 'failed', userId: USER, kind, state: 'failed', steps: [] };
  const repetitions = new Repetitions(
    {
      admit: () => Promise.resolve({ outcome: 'accepted', releases: [] }).finally(() => did.push('admitted')),
    } as unknown as Ledger,
    {
      operation: (id: string) => Promise.resolve({ ...failed, id, acceptedAt: new Date() }),
      standingRepetition: () => Promise.resolve(null),
      payloadOf: () => Promise.resolve(payload),
    } as unknown as LedgerQueries,
    { append: () => Promise.resolve() } as unknown as AuditTrail,
    {
      guard: async ({ verifyAgain }: TakingAway, accept: () => Promise<unknown>) => {
        did.push('guarded');
        await verifyAgain();
        return accept();
      },
    } as unknown as Administrators,
    { follow: () => did.push('followed') } as unknown as Acceptances,
    { of: () => Promise.resolve(held) } as unknown as Authority,
    { of: definitionOf, find: definitionOf, factsOf: () => ({ effect: 'writes' }) } as unknown as Catalogue,
    { laneMaxDepth: 1 } as unknown as GatewayConfig,
  );
  const retry = (role: Role, request?: FastifyRequest): Promise<unknown> =>
    repetitions
      .retry('failed', { by: { userId: OPERATOR, roles: [role] }, reason: null, request })
      .catch((error: { code: string }) => ({ code: error.code }));
  return { did, retry };
}

describe('the repetition of a failed write', () => {
  test.each(['user.set-roles', 'user.set-claims', 'user.delete', 'user.restore'] as const)(
    'needs the role admin where it is %s',
    async (kind) => {
      const { did, retry } = repetitionOf(kind, { roles: [] });
      expect(await retry('operator.act')).toEqual(REFUSED);
      expect(did).toEqual([]);
      expect(await retry('admin')).not.toEqual(REFUSED);
      expect(did.slice(-2)).toEqual(['admitted', 'followed']);
    },
  );

  test('is for nobody where it is a change of the password', async () => {
    const { did, retry } = repetitionOf('user.change-password');
    for (const role of ['operator.act', 'admin'] as const)
      expect(await retry(role)).toEqual({ code: 'invalid-request' });
    expect(did).toEqual([]);
  });

  test.each([
    ['user.delete', {}, ['guarded', 'admitted', 'followed']],
    ['user.set-roles', { roles: ['operator'] }, ['guarded', 'admitted', 'followed']],
    ['user.set-roles', { roles: ['admin'] }, ['admitted', 'followed']],
    ['order.pay', {}, ['admitted', 'followed']],
  ] as const)('of %s with %j is accepted as the request would be', async (kind, payload, expected) => {
    const { did, retry } = repetitionOf(kind, payload);
    await retry('admin');
    expect(did).toEqual(expected);
  });

  test.each([
    ['lost', 'forbidden'],
    ['unknown', 'unavailable'],
  ])('takes no administrator away in a run of one whose role is %s', async (held, code) => {
    const { did, retry } = repetitionOf('user.delete', {}, held);
    expect(await retry('admin')).toEqual({ code });
    expect(did).toEqual(['guarded']);
  });
});
