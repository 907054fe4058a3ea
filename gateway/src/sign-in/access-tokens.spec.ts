import type { AccessClaims } from '@turnpike/contracts';
import type { Caller, LedgerQueries, Standing } from '@turnpike/engine';
import { AccessTokens } from './access-tokens.js';
import type { ShopConfig } from '../config.js';
import type { Revocations } from './revocations.js';

const USER = '01900000-0000-7000-8000-000000000001';

const CLAIMS = {
  ...{ sub: USER, sid: 'session', roles: ['admin'], auth_time: 1000, epoch: 2 },
  ...{ iat: 1000, exp: 1900 },
} as AccessClaims;

const STANDING = {
  ...{ admission: 'open', sessionsValidFrom: null, suspendedAt: null },
  ...{ accessEpoch: 2, accessSpared: null },
} as unknown as Standing;

/** As the gateway judges a token whose signature is good. */
function letIn(
  standing: Partial<Standing> | null,
  claims: Partial<AccessClaims> = {},
  ended: readonly string[] = [],
): Promise<Caller> {
  const tokens = new AccessTokens(
    { has: (id: string) => ended.includes(id), areKnown: true } as unknown as Revocations,
    {
      standing: () => Promise.resolve(standing && { ...STANDING, ...standing }),
    } as unknown as LedgerQueries,
    {
      clockToleranceMs: 0,
      tokenVerifyKeys: null,
      services: { identity: 'http://identity' },
    } as unknown as ShopConfig,
  );
  Object.assign(tokens, { verified: { claimsOf: () => Promise.resolve({ ...CLAIMS, ...claims }) } });
  return tokens.verify('token');
}

describe('an access token lets in', () => {
  test('its user, in its session, with its roles', async () => {
    expect(await letIn({})).toMatchObject({ userId: USER, sessionId: 'session', roles: ['admin'] });
  });

  test('without roles while the lane is deleting', async () => {
    expect(await letIn({ admission: 'deleting' })).toMatchObject({ userId: USER, roles: [] });
  });

  test('the session that is spared where access was ended', async () => {
    await expect(letIn({ accessEpoch: 3, accessSpared: 'session' })).resolves.toBeDefined();
  });

  test.each<[string, Parameters<typeof letIn>]>([
    ['nobody whose session has ended', [{}, {}, ['session']]],
    ['nobody who was never there', [null]],
    ['nobody who is deleted', [{ admission: 'deleted' }]],
    ['nobody who is purged', [{ admission: 'closed' }]],
    ['nobody who is suspended', [{ suspendedAt: new Date(0) }]],
    ['nobody with a token from before a deletion', [{ sessionsValidFrom: new Date(1_000_000) }]],
    ['nobody with a token from before access was ended', [{ accessEpoch: 3 }]],
    [
      'nobody with a token from before access was ended, of another session',
      [{ accessEpoch: 3, accessSpared: 'x' }],
    ],
    [
      'nobody with a token without an epoch, where access was ended',
      [{ accessEpoch: 1 }, { epoch: undefined }],
    ],
  ])('%s', async (_whom, given) => {
    await expect(letIn(...given)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
