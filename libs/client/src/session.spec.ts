import { inMemory, Session } from './session.js';

const answer = (name: string) => ({
  accessToken: `${name} access`,
  refreshToken: `${name} refresh`,
  tokenType: 'Bearer' as const,
  expiresIn: 900,
  userId: name,
});

describe('Session', () => {
  it('stays over when it is ended while a new token is on its way', async () => {
    const storage = inMemory();
    const session = new Session(storage, async () => {
      await session.end();
      return answer('renewed');
    });
    await session.begin(answer('old'));
    expect(await session.renew('old access')).toBeNull();
    expect(storage.load()).toBeNull();
  });

  it('takes over what another tab has renewed, and spends no token for it', async () => {
    const storage = inMemory();
    const tab = () => new Session(storage, async (token) => answer(`after ${token}`));
    const [one, other] = [tab(), tab()];
    await one.begin(answer('old'));
    const renewed = await one.renew('old access');
    expect(renewed).toBe('after old refresh access');
    expect(await other.renew('old access')).toBe(renewed);
  });

  it('lives on when it could not be renewed for a reason that passes', async () => {
    const session = new Session(inMemory(), () => Promise.reject(new TypeError('fetch failed')));
    const tokens = await session.begin(answer('old'));
    await expect(session.renew('old access')).rejects.toThrow('fetch failed');
    expect(await session.tokens()).toEqual(tokens);
  });
});
