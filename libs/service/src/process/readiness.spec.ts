import { Readiness } from './readiness.js';

describe('readiness', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('names what is missing and since when, and nothing once it is there', async () => {
    let there = false;
    const readiness = new Readiness({ one: () => true, other: () => there });
    const before = Date.now();
    expect(await readiness.now()).toEqual({ one: true, other: false });
    const [missing, ...others] = readiness.missing();
    expect(others).toEqual([]);
    const since = /^other \(missing since (.+)\)$/.exec(missing!)![1]!;
    expect(Date.parse(since)).toBeGreaterThanOrEqual(before);
    there = true;
    jest.advanceTimersByTime(500);
    expect(await readiness.now()).toEqual({ one: true, other: true });
    expect(readiness.missing()).toEqual([]);
  });

  it('looks once for all that ask in half a second', async () => {
    const check = jest.fn(() => Promise.resolve(true));
    const readiness = new Readiness({ one: check });
    await Promise.all(Array.from({ length: 100 }, () => readiness.now()));
    expect(check).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(499);
    await readiness.now();
    expect(check).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    await readiness.now();
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('answers within 2 s of a part that never does, and takes what fails for missing', async () => {
    const never = (): Promise<boolean> => new Promise(() => undefined);
    const readiness = new Readiness({ never, fails: () => Promise.reject(new Error('no')) });
    const answer = readiness.now();
    await jest.advanceTimersByTimeAsync(1999);
    expect(await answer).toEqual({ never: false, fails: false });
  });
});
