import { generateKeyPairSync } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { SERVICE_TOKENS } from '@turnpike/protocol';
import type { FastifyRequest } from 'fastify';
import { createLocalJWKSet, type JWK } from 'jose';
import { type Credentials, forgeriesOf, type Genuine, signed } from '../../../../test/support/forgeries.js';
import { bearerTokenOf, VerifiedTokens, verifyToken } from './bearer.js';
import { ClockWatch } from './clock.js';

const AUDIENCE = 'ordering';
const NOW = Date.parse('2026-01-01T00:00:00Z');

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

describe('a token that was verified', () => {
  let verified: string[];
  let tokens: VerifiedTokens<{ exp: number }>;
  const verify = async (token: string): Promise<{ exp: number }> => {
    verified.push(token);
    if (token.startsWith('bad')) throw new Error('not valid');
    return { exp: NOW / 1000 + 30 };
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    verified = [];
    tokens = new VerifiedTokens(verify);
  });
  afterEach(() => jest.useRealTimers());

  it('is not verified again', async () => {
    expect(await tokens.claimsOf('one')).toEqual(await tokens.claimsOf('one'));
    await tokens.claimsOf('other');
    expect(verified).toEqual(['one', 'other']);
  });

  it('is, from the instant of its expiry on', async () => {
    await tokens.claimsOf('one');
    jest.setSystemTime(NOW + 29_999);
    await tokens.claimsOf('one');
    expect(verified).toHaveLength(1);
    jest.setSystemTime(NOW + 30_000);
    await tokens.claimsOf('one');
    expect(verified).toHaveLength(2);
  });

  it('is after a minute, so that a key that was removed opens nothing any more', async () => {
    const lasting = new VerifiedTokens(async (token) => {
      verified.push(token);
      return { exp: NOW / 1000 + 900 };
    });
    await lasting.claimsOf('one');
    jest.advanceTimersByTime(59_000);
    await lasting.claimsOf('one');
    expect(verified).toHaveLength(1);
    jest.advanceTimersByTime(2000);
    await lasting.claimsOf('one');
    expect(verified).toHaveLength(2);
  });

  it('is after a minute, though the clock was set back meanwhile', async () => {
    await tokens.claimsOf('one');
    jest.advanceTimersByTime(61_000);
    jest.setSystemTime(NOW - 3_600_000);
    await tokens.claimsOf('one');
    expect(verified).toHaveLength(2);
  });

  it('and found bad is remembered by nobody', async () => {
    await expect(tokens.claimsOf('bad')).rejects.toThrow('not valid');
    await expect(tokens.claimsOf('bad')).rejects.toThrow('not valid');
    expect(verified).toEqual(['bad', 'bad']);
  });
});
