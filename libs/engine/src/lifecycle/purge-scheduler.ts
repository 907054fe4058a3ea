import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GatewayConfig } from '../config.js';
import { SystemWrites } from '../queue/internal-writes.js';
import { type DuePurge, DuePurges } from './due-purges.js';
import { FenceWalks } from '../recovery/fence-walks.js';
import { Maintenance } from '../queue/scheduled-tasks.js';
import { GoingBack } from '../recovery/going-back.js';

/*
 * Purges the users whom nobody has restored in time: it looks for them and asks for the write, no more. That each
 * is purged once, and never before its time, is decided under the lane's lock, so several processes may look at
 * once and this one may die anywhere: who is still deleted is found by the next look. It does not look while the ledger
 * may be older than the services, which may have purged the user already, by a write of a later place.
 */

/** Users of one page. */
const PAGE = 100;

/** A tenth of the grace period late at most, but neither busy looking nor later than a minute. */
const SHARE_OF_GRACE = 10;
const MIN_EVERY_MS = 1000;
const MAX_EVERY_MS = 60_000;

@Injectable()
export class Purge implements OnModuleInit {
  constructor(
    private readonly duePurges: DuePurges,
    private readonly goingBack: GoingBack,
    private readonly walks: FenceWalks,
    private readonly writes: SystemWrites,
    private readonly maintenance: Maintenance,
    private readonly config: GatewayConfig,
  ) {}

  onModuleInit(): void {
    const everyMs = purgeEveryMs(this.config.deletionGraceMs);
    this.maintenance.define({ name: 'purge', everyMs, run: (stopped) => this.run(stopped) });
  }

  private async run(stopped: AbortSignal): Promise<void> {
    if (!this.goingBack.isCurrent || (await this.walks.open()).length > 0) return;
    const { deletionGraceMs } = this.config;
    let after: DuePurge | null = null;
    do {
      const page: DuePurge[] = await this.duePurges.page(deletionGraceMs, after, PAGE);
      for (const { userId } of page) {
        await this.writes.purge(userId, deletionGraceMs);
      }
      after = page.length === PAGE ? page.at(-1)! : null;
    } while (after !== null && !stopped.aborted);
  }
}

function purgeEveryMs(graceMs: number): number {
  return Math.min(MAX_EVERY_MS, Math.max(MIN_EVERY_MS, Math.round(graceMs / SHARE_OF_GRACE)));
}
