import { Injectable } from '@nestjs/common';
import { type ReleaseLane, stepKey, undoKey, type WayOut } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { LedgerQueries } from '../queries/operations.js';
import type { StepOutcome } from '../ledger/statements/claim.js';
import { WaysOut } from '../ledger/resolve-halt.js';
import { admissionAtEnd } from '../ledger/states.js';
import type { HaltedWrite } from '../ledger/statements/resolve-halt.js';
import { Releaser } from '../queue/enqueue.js';
import type { StepAnswer } from '../definitions/outcome.js';
import { Services } from '../execution/service-client.js';
import { Catalogue } from '../definitions/catalogue.js';

/**
 * Milliseconds in which the services must have closed the steps of a write that is ended by hand, up to its decision, and
 * then those behind it: a service that is away takes no time from the others.
 */
const CLOSED_WITHIN_MS = 5000;

/**
 * Leads a halted lane out of its halt, on one of four ways. Before a write is ended by hand, its steps that are under
 * way for all that is known are closed at their services, so that no late call takes effect, and then the undos of those
 * that are in force or may be. A service that is away cannot be asked, and must not keep the lane halted: its step stays
 * as it is in the row, and a call that is still on the wire is refused there only once the service has seen a later write
 * of the lane.
 */
@Injectable()
export class LaneRelease {
  constructor(
    private readonly waysOut: WaysOut,
    private readonly queries: LedgerQueries,
    private readonly services: Services,
    private readonly releaser: Releaser,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * @throws Problem `lane-not-halted` unless the lane is halted, and at the write that was named;
   *   `operation-not-cancellable` where the way would open the lane of a user whom the services have deleted
   */
  async take(
    userId: string,
    actorId: string,
    {
      action,
      reason = null,
      operationId,
    }: Omit<ReleaseLane, 'action' | 'reason'> & {
      action: WayOut;
      reason?: string | null;
    },
  ): Promise<void> {
    const write = await this.waysOut.halted(userId);
    if (!write || (operationId && operationId !== write.id)) return this.assertDone(action, operationId);
    const steps = action === 'retry' ? write.steps : await this.close(userId, action, write);
    const releases = await this.waysOut.take({ userId, actorId, reason, action, write, steps });
    if (!releases) return this.assertDone(action, operationId);
    this.releaser.release(releases);
  }

  /** Who has not had the answer asks again, and is told that it is done. */
  private async assertDone(action: WayOut, operationId: string | undefined): Promise<void> {
    const write = operationId ? await this.queries.operation(operationId) : null;
    const state = action === 'succeed' ? 'succeeded' : 'failed';
    if (action === 'retry' || !write?.endedBy || write.state !== state) throw new Problem('lane-not-halted');
  }

  /**
   * The decision first: where it is in force nothing behind it is closed, since a retry has to carry that out.
   * @returns what is known of the steps then
   */
  private async close(userId: string, action: WayOut, write: HaltedWrite): Promise<StepOutcome[]> {
    const { steps } = write;
    const behind = steps.findIndex(({ name }) => !this.isUndoable(name)) + 1;
    const decided = await this.closeSteps(userId, write, steps.slice(0, behind));
    assertMayEnd(action, write, decided.at(-1));
    return [...decided, ...(await this.closeSteps(userId, write, steps.slice(behind)))];
  }

  private closeSteps(
    userId: string,
    { id, seq, epoch }: HaltedWrite,
    steps: readonly StepOutcome[],
  ): Promise<StepOutcome[]> {
    const signal = AbortSignal.timeout(CLOSED_WITHIN_MS);
    const settle = async ({ service }: StepOutcome, key: string): Promise<StepAnswer['type']> => {
      const context = {
        service,
        hasUsers: service === this.catalogue.subject.service,
        key,
        userId,
        fence: { seq, epoch },
        beside: false,
        ifMatch: null,
        traceparent: null,
        signal,
      };
      return (await this.services.settle(context)).type;
    };
    return Promise.all(steps.map((step) => closed(id, step, this.isUndoable(step.name), settle)));
  }

  /** A step that is none decides its write: what comes behind it can only be carried out. */
  private isUndoable(step: string): boolean {
    return this.catalogue.step(step).undo;
  }
}

/** Asks for the answer under a key of a step, or seals the key. */
type Settle = (step: StepOutcome, key: string) => Promise<StepAnswer['type']>;

/** @returns what is known of the step once neither it nor its undo can come late */
async function closed(
  operationId: string,
  step: StepOutcome,
  isUndoable: boolean,
  settle: Settle,
): Promise<StepOutcome> {
  const key = stepKey(operationId, step.name, step.generation);
  const state = step.state === 'pending' ? STATE_SAID[await settle(step, key)] : step.state;
  if (!MAY_BE_IN_FORCE.has(state) || !isUndoable) return { ...step, state };
  const isUndone = (await settle(step, undoKey(key, step.undoGeneration))) === 'applied';
  return { ...step, state: isUndone ? 'undone' : state };
}

const MAY_BE_IN_FORCE: ReadonlySet<StepOutcome['state']> = new Set(['applied', 'pending']);

/**
 * Where a deletion or a purge is in force at the service that decides it, an end as failed would give the lane back to a
 * user who is not there.
 */
function assertMayEnd(action: WayOut, write: HaltedWrite, decision: StepOutcome | undefined): void {
  if (action === 'succeed' || !admissionAtEnd(write, 'failed') || decision?.state !== 'applied') return;
  throw new Problem(
    'operation-not-cancellable',
    `${decision.name} is in force and cannot be taken back. Choose "retry" to carry out the rest, or "succeed".`,
  );
}

/** What a service says of a step that is closed. One that has seen a later claim refuses every call of this one. */
const STATE_SAID: Readonly<Record<StepAnswer['type'], StepOutcome['state']>> = {
  applied: 'applied',
  refused: 'refused',
  gone: 'refused',
  sealed: 'sealed',
  stale: 'pending',
  unknown: 'pending',
  unserved: 'pending',
};
