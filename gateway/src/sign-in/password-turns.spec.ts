import { PasswordTurns } from './password-turns.js';

/** As many as are under way at a time. */
const AT_ONCE = 8;
const MAX_WAITING = 1000;

describe('the way to the hash of passwords', () => {
  let turns: PasswordTurns;
  let done: string[];
  let finish: (() => void)[];
  beforeEach(() => {
    jest.useFakeTimers();
    turns = new PasswordTurns();
    done = [];
    finish = [];
  });
  afterEach(() => jest.useRealTimers());

  const take = (name: string, place: string, isKnown = false): Promise<string> =>
    turns.take({ place, isKnown }, () => {
      done.push(name);
      return new Promise((resolve) => finish.push(() => resolve(name)));
    });
  const many = (count: number, place: (index: number) => string, name = 'stranger'): Promise<string>[] =>
    Array.from({ length: count }, (_, index) => take(name, place(index)));
  /** Lets the one that has been under way longest end, and the next begin. */
  const step = async (): Promise<void> => {
    finish.shift()!();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };

  it('lets few go at a time', async () => {
    void many(AT_ONCE + 1, String);
    await settled();
    expect(done).toHaveLength(AT_ONCE);
    await step();
    expect(done).toHaveLength(AT_ONCE + 1);
  });

  it('lets known places go first, and now and then a new one', async () => {
    void many(AT_ONCE + 20, String);
    for (let i = 0; i < 9; i++) void take('known', `known ${i}`, true);
    await settled();
    done = [];
    for (let i = 0; i < 12; i++) await step();
    expect(done.filter((name) => name === 'known')).toHaveLength(9);
    expect(done[0] === 'known' || done[1] === 'known').toBe(true);
  });

  it('serves places in turn, so that many of one do not keep another back', async () => {
    void many(AT_ONCE + 200, () => 'crowd');
    void take('alone', 'another');
    await settled();
    done = [];
    await step();
    await step();
    expect(done).toContain('alone');
  });

  it('refuses, when too many wait, those of the place that has the most', async () => {
    const crowd = many(AT_ONCE + MAX_WAITING, () => 'crowd');
    const last = expect(crowd.at(-1)).rejects.toMatchObject({ code: 'unavailable' });
    void take('alone', 'another');
    await last;
    await settled();
    await step();
    await step();
    expect(done).toContain('alone');
  });

  it('gives up what waits longer than anybody does, and never begins it', async () => {
    void many(AT_ONCE, String);
    const late = expect(take('late', 'late')).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(10_000);
    await late;
    await step();
    expect(done).not.toContain('late');
  });

  it('goes on after work that fails', async () => {
    const failing = Array.from({ length: 20 }, () =>
      turns.take({ place: 'x', isKnown: false }, () => Promise.reject(new Error('no'))),
    );
    const results = await Promise.allSettled(failing);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    void take('next', 'x');
    await settled();
    expect(done).toEqual(['next']);
  });
});
