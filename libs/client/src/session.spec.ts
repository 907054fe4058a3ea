import { inMemory, Session } from './session.js';

const answer = (name: string) => ({
  accessToken: `${name} access`,
  refreshToken: `${name} refresh`,
  tokenType: 'Bearer' as const,
  expiresIn: 900,
  userId: 'ada',
});

const OLD = { userId: 'ada', accessToken: 'old access' };

describe('Session', () => {
  it('stays over when it is ended while a new token is on its way', async () => {
    const storage = inMemory();
    const session = new Session(storage, async () => {
      await session.end();
      return answer('renewed');
    });
    await session.begin(answer('old'));
    expect(await session.renew(OLD)).toBeNull();
    expect(storage.load()).toBeNull();
  });

  it('takes over what another tab has renewed, and spends no token for it', async () => {
    const storage = inMemory();
    const tab = () => new Session(storage, async (token) => answer(`after ${token}`));
    const [one, other] = [tab(), tab()];
    await one.begin(answer('old'));
    const renewed = await one.renew(OLD);
    expect(renewed).toBe('after old refresh access');
    expect(await other.renew(OLD)).toBe(renewed);
  });

  it('renews for nobody else who has signed in meanwhile', async () => {
    const storage = inMemory();
    const session = new Session(storage, async () => {
      await session.begin({ ...answer('other'), userId: 'grace' });
      return answer('renewed');
    });
    await session.begin(answer('old'));
    expect(await session.renew(OLD)).toBeNull();
    expect(await session.accessToken('ada')).toBeNull();
    expect(await session.accessToken('grace')).toBe('other access');
  });

  it('lives on when it could not be renewed for a reason that passes', async () => {
    const session = new Session(inMemory(), () => Promise.reject(new TypeError('fetch failed')));
    const tokens = await session.begin(answer('old'));
    await expect(session.renew(OLD)).rejects.toThrow('fetch failed');
    expect(await session.tokens()).toEqual(tokens);
  });
});
