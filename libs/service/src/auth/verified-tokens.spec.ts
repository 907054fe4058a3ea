import { VerifiedTokens } from './verified-tokens.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

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
