import { setImmediate as turn } from 'node:timers/promises';
import { gathered } from './batch-reads.js';

describe('rows that many ask for', () => {
  let reads: string[][];
  let answer: (() => void)[];
  const readUnderWay = async (count: number): Promise<void> => {
    while (answer.length < count) await turn();
  };
  const rows = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  let failure: Error | null;
  let row: (key: string) => Promise<number | null>;

  beforeEach(() => {
    reads = [];
    answer = [];
    failure = null;
    row = gathered(async (keys) => {
      reads.push(keys);
      await new Promise<void>((resolve) => answer.push(resolve));
      if (failure) throw failure;
      return rows;
    });
  });

  it('are read together, each once, and go to whoever asked', async () => {
    const asked = ['b', 'a', 'none', 'a'].map(row);
    await readUnderWay(1);
    answer[0]!();
    expect(await Promise.all(asked)).toEqual([2, 1, null, 1]);
    expect(reads).toEqual([['b', 'a', 'none']]);
  });

  it('are read together in one turn of the event loop, though each asks in a callback of its own', async () => {
    const first = new Promise((resolve) => process.nextTick(() => resolve(row('a'))));
    const second = new Promise((resolve) => process.nextTick(() => queueMicrotask(() => resolve(row('b')))));
    await readUnderWay(1);
    answer[0]!();
    await Promise.all([first, second]);
    expect(reads).toEqual([['a', 'b']]);
  });

  it('are read after they were asked for: who comes during a read waits for the next', async () => {
    const first = row('a');
    await readUnderWay(1);
    const later = [row('a'), row('b')];
    await turn();
    expect(reads).toEqual([['a']]);
    answer[0]!();
    await first;
    await readUnderWay(2);
    expect(reads).toEqual([['a'], ['a', 'b']]);
    answer[1]!();
    expect(await Promise.all(later)).toEqual([1, 2]);
  });

  it('are read by the next statement though the one before has failed', async () => {
    failure = new Error('away');
    const first = row('a');
    await readUnderWay(1);
    answer[0]!();
    await expect(first).rejects.toThrow('away');
    failure = null;
    const second = row('a');
    await readUnderWay(2);
    answer[1]!();
    expect(await second).toBe(1);
  });

  it('are read by the next statement though the one before gets no answer', async () => {
    void row('a');
    await readUnderWay(1);
    const second = row('b');
    await readUnderWay(2);
    answer[1]!();
    expect(await second).toBe(2);
  });
});
