import { Batcher } from './batcher.js';

interface Request {
  lane: string;
  n: number;
}

/** Batches that are written when the test says so. */
function stepwise(): {
  batcher: Batcher<Request, number>;
  batches: Request[][];
  finish: (index: number, error?: Error) => void;
} {
  const batches: Request[][] = [];
  const finishes: ((error?: Error) => void)[] = [];
  const batcher = new Batcher<Request, number>(
    (batch) =>
      new Promise((resolve, reject) => {
        batches.push([...batch]);
        finishes.push((error) => (error ? reject(error) : resolve(batch.map(({ n }) => n * 10))));
      }),
    ({ lane }) => lane,
  );
  return { batcher, batches, finish: (index, error) => finishes[index]!(error) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', () => {
  it('writes at once while it is idle, and gathers while two batches are under way', async () => {
    const { batcher, batches, finish } = stepwise();
    const answers = ['a', 'b', 'c', 'd'].map((lane, n) => batcher.submit({ lane, n }));
    expect(batches.map((batch) => batch.length)).toEqual([1, 1]);
    finish(0);
    expect(await answers[0]).toBe(0);
    await settled();
    expect(batches[2]!.map(({ lane }) => lane)).toEqual(['c', 'd']);
    [1, 2].forEach((index) => finish(index));
    expect(await Promise.all(answers)).toEqual([0, 10, 20, 30]);
  });

  it('has one request of a lane on its way at a time, in their order, and neighbours beside it', async () => {
    const { batcher, batches, finish } = stepwise();
    const busy = [0, 1, 2].map((n) => batcher.submit({ lane: 'busy', n }));
    const quiet = batcher.submit({ lane: 'quiet', n: 7 });
    expect(batches).toEqual([[{ lane: 'busy', n: 0 }], [{ lane: 'quiet', n: 7 }]]);
    finish(1);
    expect(await quiet).toBe(70);
    for (const index of [0, 2, 3]) {
      finish(index);
      await settled();
    }
    expect(await Promise.all(busy)).toEqual([0, 10, 20]);
    expect(
      batches
        .slice(2)
        .flat()
        .map(({ n }) => n),
    ).toEqual([1, 2]);
  });

  it('lets a lane wait whose answer is still to come, and no other', async () => {
    let answer = (_n: number): void => undefined;
    const late = new Promise<number>((resolve) => (answer = resolve));
    const written: Request[] = [];
    const batcher = new Batcher<Request, number>(
      async (batch) => {
        written.push(...batch);
        return batch.map(({ n }) => (n === 1 ? late : n));
      },
      ({ lane }) => lane,
    );
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
    finish(0, new Error('away'));
    await expect(failed).rejects.toThrow('away');
    await settled();
    finish(1);
    expect(await next).toBe(20);
  });
});
