import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { FENCES_PATH, type FencesQuery, type FenceView } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import pLimit from 'p-limit';
import { GatewayConfig } from '../config.js';
import { SystemWrites } from '../queue/internal-writes.js';
import { type DueRepair, DueRepairs } from './due-repairs.js';
import { type FenceWalk, FenceWalks } from './fence-walks.js';
import { RESTORED } from '../ledger/register.js';
import { Services } from '../execution/service-client.js';
import { repeatedly } from '../support/repeatedly.js';

/*
 * Applies again what the register has decided, after GoingBack has noticed that a database was put back: first the
 * walks over the services' fences, where it was the ledger, then a repair in the lane of everybody who is due.
 *
 * All of it stands in the ledger: whichever worker dies, another goes on where it was. What two do at once is the same
 * write, by its key.
 */

/** Milliseconds between two looks for something to do, which is one small statement. */
const LOOK_EVERY_MS = 1000;

/** Users of one look. */
const PAGE = 200;

/** Fences of one page: as many lanes are locked at a time. */
const FENCES = 500;

/** Writes that are asked for at a time: as many as come into one batch. */
const AT_ONCE = 32;

@Injectable()
export class Reapplication implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reapplication.name);
  private readonly stopped = new AbortController();
  private finished: Promise<void> = Promise.resolve();
  /** What stands in the way, so that it is said once. */
  private trouble: string | null = null;

  constructor(
    private readonly database: Database,
    private readonly walks: FenceWalks,
    private readonly repairs: DueRepairs,
    private readonly services: Services,
    private readonly writes: SystemWrites,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.begin();
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  private async begin(): Promise<void> {
    await this.database.start();
    this.finished = repeatedly(LOOK_EVERY_MS, this.stopped.signal, () => this.attempt());
  }

  private async attempt(): Promise<boolean> {
    try {
      const more = await this.round();
      this.trouble = null;
      return more;
    } catch (error) {
      const { message } = error as Error;
      if (this.trouble !== message)
        this.logger.warn(`What the register has decided is not applied again yet: ${message}`);
      this.trouble = message;
      return false;
    }
  }

  /** @returns whether there is likely more to do */
  private async round(): Promise<boolean> {
    const walks = await this.walks.open();
    if (walks.length > 0) {
      const done = await Promise.allSettled(walks.map((walk) => this.walk(walk)));
      const failed = done.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason as Error;
      return true;
    }
    return (await this.follow(await this.repairs.some(PAGE))) === PAGE;
  }

  private async walk(walk: FenceWalk): Promise<void> {
    const query: FencesQuery = { after: walk.afterUser ?? undefined, limit: FENCES };
    const call = { method: 'GET', path: FENCES_PATH, query, quiet: true } as const;
    const { items } = await this.services.ask<{ items: FenceView[] }>(walk.service, call);
    const behind = await this.walks.catchUp(walk, items, items.length < FENCES);
    if (behind > 0)
      this.logger.warn(`${walk.service} had come further than the ledger knew with ${behind} users.`);
  }

  /** @returns how many that were */
  private async follow(due: readonly DueRepair[]): Promise<number> {
    const limit = pLimit(AT_ONCE);
    const asked = await Promise.all(due.map((repair) => limit(() => this.ask(repair))));
    const done = due.filter((_, index) => asked[index] !== null);
    if (done.length > 0) await this.repairs.done(done);
    return done.length;
  }

  /** @returns the id of the write, or null where it has found no place */
  private ask({ userId, cause, isRestored }: DueRepair): Promise<string | null> {
    const payload = isRestored ? RESTORED : {};
    return this.writes.repair({ userId, key: `again ${cause} ${userId}`, payload });
  }
}
