import pg, { type PoolClient, type PoolConfig } from 'pg';
import { FairQueue } from '../process/fair-queue.js';

type Release = (error?: Error | boolean) => void;
type Connected = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** The words of pg's own pool, by which unavailable.ts knows it. */
const late = (): Error => new Error('timeout exceeded when trying to connect');

/**
 * A pool in which nobody waits behind the thousand requests of somebody else: what is done for one user or address has
 * at most a third of the connections, and the queues of all who wait take turns. What is done for all, as the batches
 * of the ledger, goes first.
 */
export class FairPool extends pg.Pool {
  private readonly queue: FairQueue;
  private readonly leaves = new WeakMap<PoolClient, () => void>();
  private readonly patienceMs: number;

  constructor(config: PoolConfig & { max: number; connectionTimeoutMillis: number }) {
    super(config);
    this.patienceMs = config.connectionTimeoutMillis;
    const placesEach = Math.max(1, Math.floor(config.max / 3));
    this.queue = new FairQueue({ places: config.max, placesEach, patienceMs: this.patienceMs, late });
    this.on('release', (_error, client) => this.leaves.get(client)?.());
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | void {
    if (!callback) return this.connected();
    const since = performance.now();
    this.queue.take().then(
      (leave) => {
        const waitedMs = performance.now() - since;
        this.connectWith(leave, waitedMs < 1 ? callback : inTime(callback, this.patienceMs - waitedMs));
      },
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }

  private connectWith(leave: () => void, callback: Connected): void {
    super.connect((error, client, release) => {
      if (client) this.leaves.set(client, leave);
      else leave();
      callback(error, client, release);
    });
  }

  private connected(): Promise<PoolClient> {
    return new Promise((resolve, reject) =>
      this.connect((error, client) => (error ? reject(error) : resolve(client!))),
    );
  }
}

/** @returns the same, which is told after those milliseconds that there is no connection; one that comes later goes back */
function inTime(callback: Connected, ms: number): Connected {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    callback(late(), undefined, () => undefined);
  }, ms);
  return (error, client, release) => {
    clearTimeout(timer);
    if (!isLate) callback(error, client, release);
    else if (client) release();
  };
}
