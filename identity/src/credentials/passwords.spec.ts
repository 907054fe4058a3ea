import { isWeak, Passwords } from './passwords.js';

describe('hashes', () => {
  const passwords = new Passwords();

  test('are argon2id with the parameters of OWASP, and fit their password alone', async () => {
    const hash = await passwords.hash('correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify('correct horse battery', hash)).toBe(true);
    expect(await passwords.verify('correct horse batterY', hash)).toBe(false);
  });

  test('do not depend on how a keyboard composes a character', async () => {
    const hash = await passwords.hash('caf\u00e9 au lait');
    expect(await passwords.verify('cafe\u0301 au lait', hash)).toBe(true);
  });

  test('without one nothing is verified', async () => {
    expect(await passwords.verify('correct horse battery', undefined)).toBe(false);
  });

  test('without one the same work is done', async () => {
    const hash = await passwords.hash('correct horse battery');
    const fastest = async (of: string | undefined): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 8; round += 1) {
        const begin = performance.now();
        await passwords.verify('another password', of);
        times.push(performance.now() - begin);
      }
      return Math.min(...times);
    };
    // Without the work it is a thousandth of the time.
    expect((await fastest(undefined)) / (await fastest(hash))).toBeGreaterThan(0.5);
  });

  test('when too many wait the next is refused for the moment', async () => {
    const crowded = new Passwords();
    Object.assign(crowded, { limit: { pendingCount: 250 } });
    await expect(crowded.verify('correct horse battery', undefined)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  test.each([
    ['$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', false],
    ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', false],
    ['$argon2id$v=19$m=19455,t=2,p=1$c2FsdA$aGFzaA', true],
    ['$argon2id$v=19$m=19456,t=1,p=1$c2FsdA$aGFzaA', true],
    ['$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', true],
    ['$argon2id$v=16$m=19456,t=2,p=1$c2FsdA$aGFzaA', true],
    ['$2b$12$abc', true],
  ])('like %s are weak: %s', (hash, weak) => {
    expect(isWeak(hash)).toBe(weak);
  });
});
