import type { LiveWorker } from './live-worker.js';

/** What is asked of a worker, whatever its jobs are. */
type Loop = Pick<LiveWorker, 'name' | 'isAlive' | 'isLost' | 'begin' | 'close'>;

/** Workers of one process, each of which is replaced when its loop stands still although the server answers. */
export class WorkerSet {
  private readonly makers: (() => Loop)[] = [];
  private workers: Loop[] = [];

  /** Has a worker made, which begins to take jobs. */
  add(make: () => Loop): void {
    this.makers.push(make);
    this.workers.push(begun(make));
  }

  get areAlive(): boolean {
    return this.workers.every((worker) => worker.isAlive);
  }

  /** What such a worker is at goes on: its outcome is the ledger's. @returns the names of those that were replaced */
  replaceLost(): string[] {
    const lost = this.workers.filter((worker) => worker.isLost);
    this.workers = this.workers.map((worker, index) => (worker.isLost ? begun(this.makers[index]!) : worker));
    // A connection that does not answer cannot be closed in order.
    lost.forEach((worker) => void worker.close(true).catch(() => undefined));
    return lost.map(({ name }) => name);
  }

  /** Takes no more jobs, and waits for those that run. */
  async close(): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => worker.close()));
  }
}

function begun(make: () => Loop): Loop {
  const worker = make();
  void worker.begin();
  return worker;
}
