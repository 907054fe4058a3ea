import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';
import type { Release } from './release-statements.js';
import { lockLane, pause, release, resume } from './lane-statements.js';
import { releaseHead } from './release-statements.js';

/** Whether an operator's wish changed the lane; if not, it was so already, or the lane had moved on. */
export interface Controlled {
  found: boolean;
  changed: boolean;
  releases: Release[];
}

const NOT_FOUND: Controlled = { found: false, changed: false, releases: [] };

/** What operators do to lanes. Like everything else it happens in the ledger, under the lane's lock. */
@Injectable()
export class LaneControl {
  constructor(private readonly database: Database) {}

  /** Holds everything of the lane that has not begun, deletions too. */
  pause(userId: string, actorId: string, reason: string | null): Promise<Controlled> {
    return this.database.transaction(async (tx) => {
      if (!(await lockLane(tx, userId))) return NOT_FOUND;
      return { found: true, changed: await pause(tx, userId, actorId, reason), releases: [] };
    });
  }

  /** Lets a paused lane go on. */
  resume(userId: string): Promise<Controlled> {
    return this.goOn(userId, resume);
  }

  /** Lets a halted lane go on: what it stopped at is tried again, unless the lane was paused before. */
  release(userId: string): Promise<Controlled> {
    return this.goOn(userId, release);
  }

  private goOn(userId: string, change: typeof resume): Promise<Controlled> {
    return this.database.transaction(async (tx) => {
      if (!(await lockLane(tx, userId))) return NOT_FOUND;
      const changed = await change(tx, userId);
      return { found: true, changed, releases: changed ? await releaseHead(tx, userId) : [] };
    });
  }
}
