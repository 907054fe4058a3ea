import { Breakers, isBroken } from './circuit-breakers.js';

describe('a circuit breaker', () => {
  it('holds calls back when the service fails, for that service alone, and tries again', async () => {
    jest.useFakeTimers();
    const breakers = new Breakers();
    let calls = 0;
    const fail = (): Promise<{ status: number }> => {
      calls += 1;
      return Promise.resolve({ status: 503 });
    };
    const answer = (): Promise<{ status: number }> => Promise.resolve({ status: 200 });
    for (let i = 0; i < 20; i += 1) await breakers.call('ordering', fail);
    expect(breakers.states().ordering).toBe('open');
    const held = await breakers.call('ordering', fail).catch((error: unknown) => error);
    expect(isBroken(held)).toBe(true);
    expect(calls).toBe(20);
    expect(await breakers.call('identity', answer)).toEqual({ status: 200 });

    // However long it has been away, one call a second finds out whether it is back.
    for (let i = 0; i < 10; i += 1) {
      jest.advanceTimersByTime(1000);
      await breakers.call('ordering', fail);
    }
    expect(calls).toBe(30);
    jest.advanceTimersByTime(1000);
    expect(await breakers.call('ordering', answer)).toEqual({ status: 200 });
    expect(breakers.states().ordering).toBe('closed');
    jest.useRealTimers();
  });

  it('takes refusals for answers', async () => {
    const breakers = new Breakers();
    for (let i = 0; i < 50; i += 1) await breakers.call('identity', () => Promise.resolve({ status: 409 }));
    expect(breakers.states().identity).toBe('closed');
  });
});
