import { Injectable } from '@nestjs/common';
import type { InterventionAction } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { appendIntervention } from '../audit/audit-entries.js';
import { lockLane } from './statements/lane-lock.js';

/** Who suspends or reinstates whom, and why. */
export interface SuspensionAct {
  userId: string;
  actorId: string;
  reason: string;
}

/**
 * Suspensions: nobody is let in as that user until the suspension is taken back; the lane goes on for what others ask. A
 * suspension has no place in the lane, so nothing that the user has put there holds it up.
 */
@Injectable()
export class Suspensions {
  constructor(private readonly database: Database) {}

  /** Ends the user's access, until it is taken back. @returns false where there is no lane */
  suspend(act: SuspensionAct): Promise<boolean> {
    const { userId, actorId, reason } = act;
    return this.change('user.suspend', act, (tx) => tx.query<unknown>(SUSPEND, [userId, actorId, reason]));
  }

  /** Lets the user sign in again; the sessions of before stay ended. @returns false where there is no lane */
  reinstate(act: SuspensionAct): Promise<boolean> {
    return this.change('user.reinstate', act, (tx) => tx.query<unknown>(REINSTATE, [act.userId]));
  }

  /** Whoever asks again for what is so already changes nothing, and the trail tells of it once. */
  private change(
    action: InterventionAction,
    act: SuspensionAct,
    change: (tx: Statements) => Promise<unknown[]>,
  ): Promise<boolean> {
    return this.database.statements(async (tx) => {
      if (!(await lockLane(tx, act.userId))) return false;
      const changed = await change(tx);
      if (changed.length > 0) await appendIntervention(tx, { action, ...act, operationId: null });
      return true;
    });
  }
}

const SUSPEND = `update lanes
  set suspended_at = now(), suspended_by = $2, suspension_reason = $3, access_epoch = access_epoch + 1,
    access_spared = null
  where user_id = $1 and suspended_at is null returning 1`;

const REINSTATE = `update lanes set suspended_at = null, suspended_by = null, suspension_reason = null
  where user_id = $1 and suspended_at is not null returning 1`;
