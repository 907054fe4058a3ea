import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { SERVICE_TOKENS } from '@turnpike/protocol';
import type { FastifyRequest } from 'fastify';
import { createLocalJWKSet, type JWK } from 'jose';
import { type Credentials, forgeriesOf, type Genuine, signed } from '../../../../test/support/forgeries.js';
import { bearerTokenOf, verifyToken } from './bearer.js';
import { ClockWatch } from './clock.js';

const AUDIENCE = 'ordering';

describe('a token', () => {
  const key = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'ours' } as JWK;
  const { d: _secret, ...publicKey } = key;
  const findKey = createLocalJWKSet({ keys: [{ ...publicKey, alg: 'EdDSA', use: 'sig' }] });
  const rules = {
    ...{ ...SERVICE_TOKENS, audience: AUDIENCE, claims: ['sub'], clockToleranceMs: 30_000 },
    clock: new ClockWatch('the gateway'),
  };

  beforeEach(() => void jest.spyOn(Logger.prototype, 'error').mockImplementation());
  afterEach(() => jest.restoreAllMocks());

  const judge = async (credentials: Credentials): Promise<unknown> => {
    const rawHeaders = credentials.flatMap((one) => ['Authorization', one]);
    const request = { headers: { authorization: credentials[0] }, raw: { rawHeaders } };
    return verifyToken(bearerTokenOf(request as unknown as FastifyRequest, ''), findKey, rules);
  };

  const genuine = (): Genuine => {
    const { type: typ, issuer: iss, lifetime } = SERVICE_TOKENS;
    const iat = Math.floor(Date.now() / 1000);
    return {
      ...{ key, lifetime, required: [] },
      header: { alg: 'EdDSA', typ, kid: 'ours' },
      claims: { iss, aud: AUDIENCE, sub: 'user', iat, exp: iat + lifetime },
    };
  };

  it('is good as it was made', async () => {
    const { header, claims } = genuine();
    await expect(judge([`Bearer ${signed(header, claims, key)}`])).resolves.toEqual(claims);
  });

  it('is refused in every way in which one may be forged, in the same words', async () => {
    const { header, claims } = genuine();
    const forgeries = {
      ...forgeriesOf(genuine()),
      'without sub': [`Bearer ${signed(header, { ...claims, sub: undefined }, key)}`],
    };
    expect(Object.keys(forgeries).length).toBeGreaterThan(85);
    const accepted: string[] = [];
    for (const [what, credentials] of Object.entries(forgeries)) {
      const answer = await judge(credentials).catch((error: unknown) => error);
      const isRefused =
        answer instanceof Error && answer.message === 'The token is not valid or has expired.';
      if (!isRefused) accepted.push(what);
    }
    expect(accepted).toEqual([]);
  });
});
