import { Injectable } from '@nestjs/common';
import type { InterventionAction } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { appendIntervention } from '../audit/audit-entries.js';
import type { Release } from './statements/enqueue.js';
import { pause, release, resume } from './statements/pause-and-halt.js';
import { lockLane } from './statements/lane-lock.js';
import { releaseHeads } from './statements/enqueue.js';

/** Whether an operator's wish changed the lane; if not, it was so already, or the lane had moved on. */
export interface Controlled {
  found: boolean;
  changed: boolean;
  releases: Release[];
}

const NOT_FOUND: Controlled = { found: false, changed: false, releases: [] };
const UNCHANGED: Controlled = { found: true, changed: false, releases: [] };

interface LaneChange {
  action: InterventionAction;
  /** @returns whether it changed the lane */
  change: (tx: Statements) => Promise<boolean>;
  userId: string;
  actorId: string;
  reason: string | null;
}

/**
 * What operators do to lanes. Like everything else it happens in the ledger, under the lane's lock, and the audit
 * trail tells of it from the same commit on.
 */
@Injectable()
export class LaneControl {
  constructor(private readonly database: Database) {}

  /** Holds everything of the lane that has not begun, deletions too. */
  pause(userId: string, actorId: string, reason: string | null): Promise<Controlled> {
    const change = (tx: Statements): Promise<boolean> => pause(tx, userId, actorId, reason);
    return this.control({ action: 'lane.pause', change, userId, actorId, reason });
  }

  /** Lets a paused lane go on. */
  resume(userId: string, actorId: string, reason: string | null): Promise<Controlled> {
    const change = (tx: Statements): Promise<boolean> => resume(tx, userId);
    return this.control({ action: 'lane.resume', change, userId, actorId, reason });
  }

  /** Lets a halted lane go on: what it stopped at is tried again, unless the lane was paused before. */
  release(userId: string, actorId: string, reason: string | null): Promise<Controlled> {
    const change = (tx: Statements): Promise<boolean> => release(tx, userId);
    return this.control({ action: 'lane.release', change, userId, actorId, reason });
  }

  private control({ action, change, userId, actorId, reason }: LaneChange): Promise<Controlled> {
    return this.database.statements(async (tx) => {
      if (!(await lockLane(tx, userId))) return NOT_FOUND;
      if (!(await change(tx))) return UNCHANGED;
      await appendIntervention(tx, { action, userId, actorId, operationId: null, reason });
      // Of a lane that is paused now this releases what is beside it alone, which may have been before: a job is a hint.
      return { found: true, changed: true, releases: await releaseHeads(tx, userId) };
    });
  }
}
