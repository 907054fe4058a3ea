import type { EndableByHand, ProblemBody } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { EffectOnLane } from '../states.js';
import type { ClaimKey, StepOutcome } from './claim.js';

/*
 * What an operator makes of the write at which a lane is halted. Each statement names the write and its last claim, and
 * changes nothing unless the lane is still halted at it. What all statements keep to stands in fragments.ts.
 */

/** The write at which a lane is halted: the one in line that is under way, of which there is one at most. */
export interface HaltedWrite extends EffectOnLane {
  id: string;
  kind: string;
  seq: number;
  epoch: number;
  steps: StepOutcome[];
}

/** Of an operation `o` of the user `$1`. */
const IS_HALTED = `o.state = 'retrying' and not o.beside and (select execution from lanes where user_id = $1) = 'halted'`;

/** @returns the write at which that lane is halted, or null */
export async function findHalted(ledger: Statements, userId: string): Promise<HaltedWrite | null> {
  const rows = await ledger.query<HaltedWrite>(
    `select id, kind, effect, reports_deletion as "reportsDeletion", seq, epoch, steps from operations o where user_id = $1 and ${IS_HALTED}`,
    [userId],
  );
  return rows[0] ?? null;
}

/**
 * Has a write carried out again from its beginning. A step that is closed gets a new key, since its service answers the
 * old one for ever as it did first; one that is in force, or may be, keeps its key. Its deadline begins anew, counted
 * from the halt, whose length is added when the lane goes on.
 * @returns whether the lane was halted at it
 */
export async function reopen(
  tx: Statements,
  { userId, id, epoch }: ClaimKey,
  deadlineMs: number,
): Promise<boolean> {
  const rows = await tx.query<unknown>(
    `/* ledger.reopen */ update operations o
     set cancel_requested = false, crashes = 0, next_attempt_at = now(),
       deadline_at = (select paused_at from lanes where user_id = $1) + $4 * interval '1 ms',
       steps = (
         select jsonb_agg(case when step ->> 'state' in ('applied', 'pending') then step || '{"reopened": true}'
           else step - 'undoGeneration' - 'reopened' || jsonb_build_object('state', 'pending',
             'generation', coalesce((step ->> 'generation')::integer, 1) + 1) end order by place)
         from jsonb_array_elements(o.steps) with ordinality as known (step, place))
     where user_id = $1 and id = $2 and epoch = $3 and ${IS_HALTED} returning 1`,
    [userId, id, epoch, deadlineMs],
  );
  return rows.length > 0;
}

/** How an operator ends a write. */
export interface EndByHand {
  key: ClaimKey;
  state: EndableByHand;
  problem: ProblemBody | null;
  steps: readonly StepOutcome[];
  actorId: string;
}

/**
 * Ends a write by hand, whatever its steps say, and tells the audit trail. The row names the operator: without one the
 * table refuses an end that contradicts its steps.
 * @returns whether the lane was halted at it
 */
export async function endByHand(tx: Statements, end: EndByHand): Promise<boolean> {
  const { key, state, problem, steps, actorId } = end;
  const rows = await tx.query<unknown>(
    `/* ledger.end-by-hand */ with ended as (
       update operations o
       set state = $4, finished_at = now(), next_attempt_at = null, problem = $5, steps = $6, ended_by = $7
       where user_id = $1 and id = $2 and epoch = $3 and ${IS_HALTED} and steps_follow(o.steps, $6)
       returning user_id, id, kind
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action)
       select user_id, id, $7, kind || case $4 when 'succeeded' then '' else ' ' || $4 end from ended
     )
     select 1 from ended`,
    [
      ...[key.userId, key.id, key.epoch, state],
      ...[problem && JSON.stringify(problem), JSON.stringify(steps), actorId],
    ],
  );
  return rows.length > 0;
}

/** A deletion that an operator calls carried out voids the user's tokens, as one does that a worker has carried out. */
export async function voidSessions(tx: Statements, userId: string): Promise<void> {
  await tx.query('update lanes set sessions_valid_from = now() where user_id = $1', [userId]);
}
