import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { GatewayConfig } from '../../config.js';
import { RootKey } from '../../encryption/root-key.js';
import type { QueueConnections } from '../connections.js';

/*
 * Two installations of one name on one Redis would take each other's jobs: nothing is lost by that, but each write waits
 * for a reconciler. So a key in Redis says whose ledger the name is of, and a process of another one does not open the
 * queue and is not ready. The key expires: a ledger that was replaced frees the name. A queue in PostgreSQL is in the
 * ledger's own database, or in one that was made for it.
 */

/** Milliseconds for which the name is kept by those that have it, and between two times that they say so. */
const KEPT_MS = 30_000;
const SAY_EVERY_MS = 10_000;

/** Milliseconds between two looks whether the name is free, or the ledger's keys can be read. */
const LOOK_AGAIN_MS = 500;

@Injectable()
export class NameClaim implements OnApplicationShutdown {
  private readonly logger = new Logger(NameClaim.name);
  private timer: NodeJS.Timeout | undefined;
  private ours = true;

  constructor(
    private readonly root: RootKey,
    private readonly config: GatewayConfig,
  ) {}

  /** Whether no other ledger has this installation's name. */
  get isOurs(): boolean {
    return this.ours;
  }

  /** Waits until the name is this ledger's. @returns false if the process is stopped before */
  async claim({ redis }: QueueConnections, stopped: AbortSignal): Promise<boolean> {
    if (!redis) return !stopped.aborted;
    while (!stopped.aborted && !(this.root.isOpen && (await this.hold(redis)))) {
      await pause(LOOK_AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
    if (stopped.aborted) return false;
    this.timer = setInterval(() => void this.hold(redis), SAY_EVERY_MS).unref();
    // A server that has come back may have lost the name: it is taken again before another ledger finds it free.
    redis.on('ready', () => void this.hold(redis));
    return true;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @returns whether the name is ours now; a server that does not answer says nothing of it */
  private async hold(redis: Redis | Cluster): Promise<boolean> {
    try {
      const was = this.ours;
      this.ours = await this.take(redis);
      if (was && !this.ours) this.tell();
      return this.ours;
    } catch (error) {
      this.logger.warn(`The name of the installation is not known to be free: ${(error as Error).message}`);
      return false;
    }
  }

  private async take(redis: Redis | Cluster): Promise<boolean> {
    const key = `${this.config.queue.installation}:ledger`;
    const ledger = this.ledgerName();
    if ((await redis.set(key, ledger, 'PX', KEPT_MS, 'NX')) === 'OK') return true;
    if ((await redis.get(key)) !== ledger) return false;
    await redis.pexpire(key, KEPT_MS);
    return true;
  }

  /** The same for all processes of one ledger, whatever DATA_KEY is. */
  private ledgerName(): string {
    const key = this.root.for('ledgerName').export();
    return createHash('sha256').update(key).digest('base64url');
  }

  private tell(): void {
    // One that has opened the queue goes on: what it takes of the other's is harmless, and its own writes need it.
    const consequence = this.timer
      ? 'each takes jobs of the other, so that writes wait for a reconciler, and this process is not ready'
      : 'this process leaves the queue alone and is not ready';
    this.logger.error(
      `Another ledger uses this Redis under the name "${this.config.queue.installation}": ${consequence}. Give one of ` +
        'the two another INSTALLATION, or another Redis. A ledger that is gone frees the name after ' +
        `${KEPT_MS / 1000} s.`,
    );
  }
}
