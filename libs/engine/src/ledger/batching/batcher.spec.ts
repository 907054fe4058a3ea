import { Batcher, Turns } from './batcher.js';

interface Request {
  lane: string;
  n: number;
}

/** Batches that are written when the test says so. */
function stepwise(options: { patienceMs?: number } = {}): {
  batcher: Batcher<Request, number>;
  batches: Request[][];
  finish: (index: number, error?: Error) => void;
} {
  const batches: Request[][] = [];
  const finishes: ((error?: Error) => void)[] = [];
  const batcher = new Batcher<Request, number>({
    write: (batch) =>
      new Promise((resolve, reject) => {
        batches.push([...batch]);
        finishes.push((error) => (error ? reject(error) : resolve(batch.map(({ n }) => n * 10))));
      }),
    laneOf: ({ lane }) => lane,
    turns: new Turns(),
    ...options,
  });
  return { batcher, batches, finish: (index, error) => finishes[index]!(error) };
}

/** Two turns of the event loop: an answer in the first may be followed by a batch in the second. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('a batcher', () => {
  // Patience ends when the test says so: on a busy machine it could be over before a batch is sent.
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
  afterEach(() => jest.useRealTimers());

  it('gathers what comes in one turn, and while a batch is under way', async () => {
    const { batcher, batches, finish } = stepwise();
    const answers = [batcher.submit({ lane: 'a', n: 0 }), batcher.submit({ lane: 'b', n: 1 })];
    await settled();
    answers.push(batcher.submit({ lane: 'c', n: 2 }));
    await settled();
    answers.push(batcher.submit({ lane: 'd', n: 3 }));
    await settled();
    expect(batches.map((batch) => batch.length)).toEqual([2]);
    finish(0);
    expect(await answers[0]).toBe(0);
    await settled();
    finish(1);
    expect(batches[1]!.map(({ lane }) => lane)).toEqual(['c', 'd']);
    expect(await Promise.all(answers)).toEqual([0, 10, 20, 30]);
  });

  it('waits for a lane that another batcher is at', async () => {
    const turns = new Turns();
    const written: string[] = [];
    const batcherOf = (name: string): Batcher<string, string> =>
      new Batcher({
        write: async (batch) => {
          written.push(`${name} ${batch.join()}`);
          await settled();
          return batch;
        },
        laneOf: (lane) => lane,
        turns,
      });
    const [one, other] = [batcherOf('one'), batcherOf('other')];
    await Promise.all([one.submit('a'), one.submit('b'), other.submit('a'), other.submit('c')]);
    expect(written).toEqual(['one a,b', 'other c', 'other a']);
  });

  it('has one request of a lane on its way at a time, in their order, and neighbours beside it', async () => {
    const { batcher, batches, finish } = stepwise();
    const busy = [0, 1, 2].map((n) => batcher.submit({ lane: 'busy', n }));
    const quiet = batcher.submit({ lane: 'quiet', n: 7 });
    await settled();
    for (const index of [0, 1, 2]) {
      finish(index);
      await settled();
    }
    expect(await quiet).toBe(70);
    expect(await Promise.all(busy)).toEqual([0, 10, 20]);
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[0, 7], [1], [2]]);
  });

  it('lets a lane wait whose answer is still to come, and no other', async () => {
    let answer = (_n: number): void => undefined;
    const late = new Promise<number>((resolve) => (answer = resolve));
    const written: Request[] = [];
    const batcher = new Batcher<Request, number>({
      write: async (batch) => {
        written.push(...batch);
        return batch.map(({ n }) => (n === 1 ? late : n));
      },
      laneOf: ({ lane }) => lane,
      turns: new Turns(),
    });
    const first = batcher.submit({ lane: 'a', n: 1 });
    const second = batcher.submit({ lane: 'a', n: 2 });
    expect(await batcher.submit({ lane: 'b', n: 3 })).toBe(3);
    expect(written.map(({ n }) => n)).toEqual([1, 3]);
    answer(10);
    expect([await first, await second]).toEqual([10, 2]);
  });

  it('answers a batch that failed with its error, and goes on', async () => {
    const { batcher, finish } = stepwise();
    const failed = batcher.submit({ lane: 'a', n: 1 });
    const next = batcher.submit({ lane: 'a', n: 2 });
    await settled();
    finish(0, new Error('away'));
    await expect(failed).rejects.toThrow('away');
    await settled();
    finish(1);
    expect(await next).toBe(20);
  });

  it('refuses in time what it could not send, and does not send it later', async () => {
    const { batcher, batches, finish } = stepwise({ patienceMs: 30 });
    const sent = batcher.submit({ lane: 'a', n: 1 });
    await settled();
    const late = [batcher.submit({ lane: 'a', n: 2 }), batcher.submit({ lane: 'b', n: 3 })];
    const refusals = Promise.all(late.map((one) => one.catch((error: unknown) => error)));
    jest.advanceTimersByTime(30);
    const refused = await refusals;
    expect(refused).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }]);
    finish(0);
    expect(await sent).toBe(10);
    await settled();
    const next = [batcher.submit({ lane: 'a', n: 4 }), batcher.submit({ lane: 'b', n: 5 })];
    await settled();
    finish(1);
    expect(await Promise.all(next)).toEqual([40, 50]);
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[1], [4, 5]]);
  });

  it('lets a lane go on behind any number who have given up', async () => {
    const { batcher, batches, finish } = stepwise({ patienceMs: 50 });
    const sent = batcher.submit({ lane: 'a', n: 1 });
    await settled();
    const late = Array.from({ length: 20_000 }, (_, n) =>
      batcher.submit({ lane: 'a', n }).catch(() => 'late'),
    );
    jest.advanceTimersByTime(50);
    expect(new Set(await Promise.all(late))).toEqual(new Set(['late']));
    const next = batcher.submit({ lane: 'a', n: 2 });
    finish(0);
    expect(await sent).toBe(10);
    await settled();
    finish(1);
    expect(await next).toBe(20);
    expect(batches).toHaveLength(2);
  });
});
