import { WorkerSet } from './worker-set.js';

describe('the workers of a process', () => {
  const loop = (isLost: boolean, ended: Promise<void>) => ({
    name: 'one',
    isAlive: !isLost,
    isLost,
    begin: () => Promise.resolve(),
    close: () => Promise.resolve(),
    jobsEnd: () => ended,
  });

  it('are waited for when the process stops, those that were replaced while they had jobs, too', async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const loops = [loop(true, ended), loop(false, Promise.resolve())];
    const workers = new WorkerSet();
    workers.add(() => loops.shift()!);
    expect(workers.replaceLost()).toEqual(['one']);
    let isClosed = false;
    const closed = workers.close().then(() => (isClosed = true));
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    end();
    await closed;
  });
});
