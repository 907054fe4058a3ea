import { setTimeout as pause } from 'node:timers/promises';
import { FairQueue, onBehalfOf, onBehalfOfAll } from './fair-queue.js';

/** Milliseconds of one piece of work. */
const WORK_MS = 1;

describe('a fair queue', () => {
  const order: string[] = [];
  beforeEach(() => order.splice(0));
  const queueOf = (places: number, placesEach: number, patienceMs = 5000) =>
    new FairQueue({ places, placesEach, patienceMs, late: () => new Error('late') });
  const ask = (queue: FairQueue, name: string): Promise<void> =>
    onBehalfOf({ name }, () =>
      queue.run(async () => {
        order.push(name);
        await pause(WORK_MS);
      }),
    );
  const many = (queue: FairQueue, name: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, () => ask(queue, name));

  it('lets those who wait take turns, however much one of them has asked for before', async () => {
    const queue = queueOf(1, 1);
    const asked = [...many(queue, 'a', 20), ...many(queue, 'b', 2), ...many(queue, 'c', 1)];
    await Promise.all(asked);
    expect(order.slice(0, 7)).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
    expect(order).toHaveLength(23);
  });

  it('leaves places free beside one who has his share', async () => {
    const queue = queueOf(4, 3);
    const ended = many(queue, 'a', 10);
    await ask(queue, 'b');
    // The three of the first round had their places at once, and so had the other.
    expect(order.slice(0, 4)).toEqual(['a', 'a', 'a', 'b']);
    await Promise.all(ended);
  });

  it('lets first what is done for all, which no share bounds', async () => {
    const queue = queueOf(2, 1);
    const asked = [...many(queue, 'a', 3), ...many(queue, 'b', 3)];
    const shared = onBehalfOfAll(() => queue.run(() => Promise.resolve(order.push('all'))));
    await Promise.all([...asked, shared]);
    expect(order.slice(0, 3)).toEqual(['a', 'b', 'all']);
  });

  it('tells who waits for too long, and gives no place to those who have gone', async () => {
    const queue = queueOf(1, 1, 20);
    const leave = await queue.take();
    await expect(ask(queue, 'a')).rejects.toThrow('late');
    leave();
    await ask(queue, 'b');
    expect(order).toEqual(['b']);
  });

  it('takes a place back once, however often it is given back', async () => {
    const queue = queueOf(1, 1);
    const leave = await queue.take();
    leave();
    leave();
    const second = await queue.take();
    const third = jest.fn();
    const waiting = queue.take().then(third);
    await pause(WORK_MS);
    expect(third).not.toHaveBeenCalled();
    second();
    await waiting;
  });
});
