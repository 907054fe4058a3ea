import type { LiveWorker } from './live-worker.js';

/** What is asked of a worker, whatever its jobs are. */
type Loop = Pick<LiveWorker, 'name' | 'isAlive' | 'isLost' | 'begin' | 'close' | 'jobsEnd'>;

/** Workers of one process, each of which is replaced when its loop stands still although the server answers. */
export class WorkerSet {
  private readonly makers: (() => Loop)[] = [];
  private workers: Loop[] = [];
  /** Those that were replaced and still have jobs. */
  private readonly replaced = new Set<Loop>();

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
    lost.forEach((worker) => this.letGo(worker));
    return lost.map(({ name }) => name);
  }

  /** Takes no more jobs, and waits for those that run. */
  async close(): Promise<void> {
    const replaced = [...this.replaced].map((worker) => worker.jobsEnd());
    await Promise.allSettled([...this.workers.map((worker) => worker.close()), ...replaced]);
  }

  private letGo(worker: Loop): void {
    this.replaced.add(worker);
    void worker.jobsEnd().then(() => this.replaced.delete(worker));
    // A connection that does not answer cannot be closed in order.
    void worker.close(true).catch(() => undefined);
  }
}

function begun(make: () => Loop): Loop {
  const worker = make();
  void worker.begin();
  return worker;
}
