import { SharedWaits } from './shared-waits.js';

describe('those who wait for one subject', () => {
  let value: number | null;
  let failing: Error | null;
  let looks: number;
  let waits: SharedWaits<number>;
  beforeEach(() => {
    jest.useFakeTimers();
    [value, failing, looks] = [0, null, 0];
    waits = new SharedWaits(
      async () => {
        looks += 1;
        await Promise.resolve();
        if (failing) throw failing;
        return value;
      },
      (error) => (error as Error).message === 'away',
    );
  });
  afterEach(() => jest.useRealTimers());

  const waitFor = (enough: number, timeoutMs = 1000, signal?: AbortSignal) =>
    waits.waitFor('lane', { timeoutMs, signal, isEnough: (found) => found >= enough });
  const settled = () => jest.advanceTimersByTimeAsync(0);

  it('share each look, however many they are', async () => {
    const found = Array.from({ length: 1000 }, (_, place) => waitFor((place % 10) + 1));
    await settled();
    expect(looks).toBe(2);
    for (value = 1; value <= 10; value += 1) {
      waits.lookAgain('lane');
      waits.lookAgain('lane');
      await settled();
    }
    expect(await Promise.all(found)).toEqual(found.map((_, place) => (place % 10) + 1));
    expect(looks).toBeLessThanOrEqual(2 + 2 * 10);
    waits.lookAgain('lane');
    waits.lookAtAll();
    expect(looks).toBeLessThanOrEqual(2 + 2 * 10);
  });

  it('see what has changed while a look was under way', async () => {
    const found = waitFor(1);
    value = null;
    waits.lookAgain('lane');
    value = 1;
    expect(await found).toBe(1);
  });

  it('are told when their time is over, after one look at least', async () => {
    const [short, long, none] = [waitFor(1, 10), waitFor(1, 20), waitFor(0, 0)];
    expect(await none).toBe(0);
    const told = jest.fn();
    void short.then(told);
    await jest.advanceTimersByTimeAsync(10);
    expect(told).toHaveBeenCalledWith(null);
    value = 1;
    waits.lookAgain('lane');
    expect(await long).toBe(1);
  });

  it('go on waiting while what they look at is away, and are told so when their time is over', async () => {
    failing = new Error('away');
    const [short, long] = [waitFor(1, 10), waitFor(1, 1000)];
    const refused = expect(short).rejects.toThrow('away');
    await jest.advanceTimersByTimeAsync(10);
    await refused;
    failing = null;
    value = 1;
    waits.lookAtAll();
    expect(await long).toBe(1);
  });

  it('are told at once of what will not pass', async () => {
    failing = new Error('broken');
    await expect(waitFor(1)).rejects.toThrow('broken');
  });

  it('stop when nobody wants to know any more, and when the process does', async () => {
    const aborter = new AbortController();
    const [gone, staying] = [waitFor(1, 1000, aborter.signal), waitFor(1)];
    await settled();
    aborter.abort();
    expect(await gone).toBeNull();
    expect(await waitFor(1, 1000, aborter.signal)).toBeNull();
    waits.endAll();
    expect(await staying).toBeNull();
    expect(jest.getTimerCount()).toBe(0);
  });
});
