import type { LazyModuleLoader } from '@nestjs/core';
import type { Database } from '@turnpike/service';
import type { GatewayConfig } from '../config.js';
import type { QueueBoard } from './bull-board.js';
import type { Maintenance } from './scheduled-tasks.js';
import type { NameClaim } from './proof/name-claim.js';
import type { PartitionViews } from './partition-views.js';
import { QueueLifecycle } from './queue-lifecycle.js';
import type { QueueProof } from './proof/queue-proof.js';
import type { Reconciler } from './reconciler.js';
import type { Releaser } from './enqueue.js';
import type { QueueWorker } from './worker.js';

jest.mock('./connections.js', () => ({
  openConnections: (_config: unknown, { aborted }: AbortSignal) =>
    Promise.resolve(aborted ? null : { close: () => Promise.resolve() }),
}));

describe('a process that is stopped while it opens the queue', () => {
  const nothing = (): Promise<void> => Promise.resolve();
  const queue = { on: () => undefined };
  let calls: string[];
  beforeEach(() => void (calls = []));

  /** Each part notes that it is started or stopped. */
  function part<Part>(name: string): Part {
    const noted = (what: string) => () => void calls.push(`${name} ${what}`);
    return {
      start: noted('starts'),
      stop: noted('stops'),
      drain: noted('stops'),
      open: noted('opens'),
    } as Part;
  }

  function lifecycle(database: Promise<void>, loaded: Promise<void>): QueueLifecycle {
    return new QueueLifecycle(
      { load: () => loaded.then(() => ({ get: () => queue })) } as unknown as LazyModuleLoader,
      { start: () => database } as unknown as Database,
      part<Releaser>('releaser'),
      part<PartitionViews>('partitions'),
      part<QueueBoard>('board'),
      part<QueueWorker>('worker'),
      part<Reconciler>('reconciler'),
      part<Maintenance>('maintenance'),
      { claim: () => Promise.resolve(true) } as unknown as NameClaim,
      part<QueueProof>('proof'),
      { api: true, worker: true, queue: { installation: 'one', partitions: 1 } } as unknown as GatewayConfig,
    );
  }

  it('starts no worker that nothing would stop', async () => {
    let load = (): void => undefined;
    const one = lifecycle(nothing(), new Promise((resolve) => (load = resolve)));
    one.onApplicationBootstrap();
    await new Promise(setImmediate);
    const stopped = one.beforeApplicationShutdown();
    load();
    await stopped;
    await new Promise(setImmediate);
    expect(calls).toEqual(['proof stops', 'worker stops', 'reconciler stops', 'maintenance stops']);
  });

  it('does not wait for a database that is away', async () => {
    const one = lifecycle(new Promise(() => undefined), nothing());
    one.onApplicationBootstrap();
    await one.beforeApplicationShutdown();
    expect(calls).toContain('worker stops');
  });
});
