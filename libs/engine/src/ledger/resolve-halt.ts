import { Injectable } from '@nestjs/common';
import {
  type EndableByHand,
  problemBody,
  type ProblemBody,
  type WayOut,
  type Effect,
} from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { appendIntervention, type Change } from '../audit/audit-entries.js';
import type { ClaimKey, StepOutcome } from './statements/claim.js';
import { DataKeys } from '../encryption/payload-encryption.js';
import { release } from './statements/pause-and-halt.js';
import { erase } from './statements/erase-user.js';
import { lockLane } from './statements/lane-lock.js';
import { leaveLanes } from './statements/cancel.js';
import { endsLane, erases, rejectWaiting } from './completion-batches.js';
import { type Release, releaseHeads } from './statements/enqueue.js';
import { admissionAtEnd } from './states.js';
import { endByHand, findHalted, type HaltedWrite, reopen, voidSessions } from './statements/resolve-halt.js';

/*
 * The ways out of a halt. Each is one transaction under the lane's lock: what becomes of the write, what that makes of
 * the lane, the entry in the audit trail, and the release of the lane's next head. Two operators who act at the same
 * time, or one who acts twice, have the effect of one: the second finds the lane no longer halted at that write.
 */

/** What an operator decides about the write at which a lane is halted. */
export interface Decision {
  userId: string;
  actorId: string;
  reason: string | null;
  action: WayOut;
  write: HaltedWrite;
  /** What is known of its steps now. */
  steps: readonly StepOutcome[];
}

/** What each way makes of the write; without one it is carried out again. */
const ENDS: Readonly<Record<Exclude<WayOut, 'retry'>, { state: EndableByHand; says: string }>> = {
  skip: { state: 'failed', says: 'An operator let the lane go on without it.' },
  fail: { state: 'failed', says: 'An operator ended it as failed.' },
  succeed: { state: 'succeeded', says: '' },
};

@Injectable()
export class WaysOut {
  constructor(
    private readonly database: Database,
    private readonly config: GatewayConfig,
    private readonly dataKeys: DataKeys,
  ) {}

  /** @returns the write at which that lane is halted, or null */
  halted(userId: string): Promise<HaltedWrite | null> {
    return findHalted(this.database, userId);
  }

  /** @returns what is to be queued, or null where the lane is no longer halted at that write: nothing was done */
  async take(decision: Decision): Promise<Release[] | null> {
    const { userId, actorId, reason, write } = decision;
    const releases = await this.database.statements(async (tx) => {
      if (!(await lockLane(tx, userId))) return null;
      const done = await this.decide(tx, decision);
      if (!done) return null;
      await release(tx, userId);
      const change = changeOf(decision);
      await appendIntervention(tx, {
        ...{ action: 'lane.release', userId, actorId, operationId: write.id, reason, change },
      });
      return releaseHeads(tx, userId);
    });
    // After the commit, as where a worker ends it: until then the key may be read again.
    if (releases && hasEndedLane(decision)) this.dataKeys.forget(userId);
    return releases;
  }

  private decide(tx: Statements, decision: Decision): Promise<boolean> {
    const { action, userId, write } = decision;
    const { id, epoch } = write;
    if (action === 'retry') return reopen(tx, { userId, id, epoch }, this.config.run.deadlineMs);
    return end(tx, decision, action);
  }
}

async function end(tx: Statements, decision: Decision, action: keyof typeof ENDS): Promise<boolean> {
  const { userId, actorId, write, steps } = decision;
  const { state } = ENDS[action];
  const key = { userId, id: write.id, epoch: write.epoch };
  if (!(await endByHand(tx, { key, state, problem: problemOf(action, steps), steps, actorId }))) return false;
  await leaveLanes(tx, [{ userId, state, count: 1, move: admissionAtEnd(write, state) }]);
  await followEffect(tx, key, { effect: write.effect, state });
  return true;
}

/** What else the end of such a write means, as where a worker ends it. */
async function followEffect(
  tx: Statements,
  key: ClaimKey,
  ending: { effect: Effect; state: EndableByHand },
): Promise<void> {
  const { userId } = key;
  const [effect, succeeded] = [ending.effect, ending.state === 'succeeded'];
  if (effect === 'opens' && !succeeded) await rejectWaiting(tx, userId);
  if (effect === 'closes' && succeeded) await voidSessions(tx, userId);
  if (erases(ending)) await erase(tx, key);
}

/** The operator's reason is for the audit trail alone: the user reads this. */
function problemOf(action: keyof typeof ENDS, steps: readonly StepOutcome[]): ProblemBody | null {
  const { state, says } = ENDS[action];
  if (state === 'succeeded') return null;
  const inForce = steps.filter((step) => step.state === 'applied').map(({ name }) => name);
  const detail = inForce.length > 0 ? `${says} In force: ${inForce.join(', ')}.` : says;
  return problemBody('ended-by-operator', detail);
}

function changeOf({ action, write, steps }: Decision): Change {
  return {
    before: { state: 'halted', steps: statesOf(write.steps) },
    after: { action, state: action === 'retry' ? 'retrying' : ENDS[action].state, steps: statesOf(steps) },
  };
}

function hasEndedLane({ action, write }: Decision): boolean {
  return action !== 'retry' && endsLane({ effect: write.effect, state: ENDS[action].state });
}

function statesOf(steps: readonly StepOutcome[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ name, state }) => [name, state]));
}
