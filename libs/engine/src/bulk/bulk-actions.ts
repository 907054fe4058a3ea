import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  BULK_STATES,
  type BulkCount,
  type BulkRequest,
  type BulkRun,
  type Page,
  type PageQuery,
  type Role,
} from '@turnpike/protocol';
import { invalidRequest, Problem, problemOf } from '@turnpike/service';
import pLimit from 'p-limit';
import { type Asker, authorise, roleIn } from '../request/authorise.js';
import { NO_LONGER } from '../ledger/actor-standings.js';
import { type BulkClaim, type BulkItem, type BulkProgress, BulkRuns } from './run-store.js';
import type { ClientKey, Made } from '../ledger/statements/idempotency-keys.js';
import { Maintenance } from '../queue/scheduled-tasks.js';
import { Authority, type Held } from '../execution/authority.js';
import { Actions } from '../ops/operator-actions.js';
import { Repetitions } from '../ops/repetitions.js';

/*
 * Many writes repeated or withdrawn, each as if an operator had asked for it, with the same reason and an entry of its
 * own in the audit trail. A run belongs to a worker, and goes on with another if that dies.
 */

/** Milliseconds after which a run is taken up that a dead worker left, beside the time that it has to be silent. */
const LOOK_EVERY_MS = 10_000;

/** Writes between two words about how far it is. */
const PAGE = 100;

/** Lanes. Withdrawals in retry wait for a worker: some at a time, but not so many that they are all that is done. */
const AT_ONCE = 8;

@Injectable()
export class Bulk implements OnModuleInit {
  private readonly worker = randomUUID();
  private readonly limit = pLimit(AT_ONCE);

  constructor(
    private readonly runs: BulkRuns,
    private readonly actions: Actions,
    private readonly repetitions: Repetitions,
    private readonly authority: Authority,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    this.maintenance.define({ name: TASK, everyMs: LOOK_EVERY_MS, run: (stopped) => this.perform(stopped) });
  }

  /** @returns how many writes it would be */
  async count({ action, filter }: BulkRequest): Promise<BulkCount> {
    return { count: await this.runs.count(action, bounded(action, filter)) };
  }

  /** Begins a run over the writes that there are now, once for each key. */
  async begin(
    { action, filter, reason }: BulkRequest,
    by: Asker,
    clientKey: ClientKey | null,
  ): Promise<Made<BulkRun>> {
    const byRole = roleIn(authorise('ops.act', by, null));
    const run = { action, filter: bounded(action, filter), reason, actorId: by.userId, byRole };
    const made = await this.runs.begin(run, clientKey);
    this.maintenance.request(TASK);
    return made;
  }

  list(query: PageQuery): Promise<Page<BulkRun>> {
    return this.runs.page(query);
  }

  /** @throws Problem 404 where there is no such run */
  async find(id: string): Promise<BulkRun> {
    const run = await this.runs.find(id);
    if (!run) throw new Problem('not-found');
    return run;
  }

  /** What is done stays done; a run that is over stays as it is. */
  async abort(id: string): Promise<BulkRun> {
    await this.runs.abort(id);
    return this.find(id);
  }

  private async perform(stopped: AbortSignal): Promise<void> {
    for (;;) {
      const claim = await this.runs.claim(this.worker);
      if (!claim || stopped.aborted) return;
      await this.carryOut(claim, stopped);
    }
  }

  private async carryOut(claim: BulkClaim, stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const items = await this.runs.next(claim, PAGE);
      if (items.length === 0) return this.runs.end(claim);
      const { held, ...progress } = await this.page(claim, items);
      if (held === 'lost') return this.stop(claim, progress);
      // The run is silent from now on, and is taken up again before this page.
      if (held === 'unknown') return;
      if (!(await this.runs.proceed(claim, progress))) return;
      claim.position = progress.position;
    }
  }

  private heldBy({ actorId, byRole }: BulkClaim): Promise<Held> {
    return this.authority.of(actorId, byRole ?? LEAST_ROLE);
  }

  /** What was done of the page stays counted. */
  private async stop(claim: BulkClaim, progress: BulkProgress): Promise<void> {
    if (await this.runs.proceed(claim, progress)) await this.runs.stop(claim, NO_LONGER);
  }

  /**
   * Those of one lane one after the other, so that they keep their order. Before each it is asked whether the role is
   * held still; once it is not, nothing more of the page begins.
   */
  private async page(claim: BulkClaim, items: readonly BulkItem[]): Promise<BulkProgress & { held: Held }> {
    const { action, reason } = claim;
    const by = askerOf(claim);
    let held: Held = 'held';
    const progress: BulkProgress = { position: items.at(-1)!.id, done: 0, refusals: {} };
    const mayGoOn = async (): Promise<boolean> => {
      if (held !== 'held') return false;
      const now = await this.heldBy(claim);
      if (now !== 'held') held = now;
      return held === 'held';
    };
    const lane = async (ids: readonly string[]): Promise<void> => {
      for (const id of ids) {
        if (!(await mayGoOn())) return;
        try {
          if (action === 'retry') await this.repetitions.retry(id, { by, reason });
          else await this.actions.cancel(id, by, reason);
          progress.done += 1;
        } catch (error) {
          const { code } = problemOf(error);
          progress.refusals[code] = (progress.refusals[code] ?? 0) + 1;
        }
      }
    };
    await Promise.all([...byLane(items).values()].map((ids) => this.limit(() => lane(ids))));
    return { ...progress, held };
  }
}

/** What a run needs at least that was begun by a version which did not write its role down: an administrator did. */
const LEAST_ROLE: Role = 'admin';

/** With no more than the role that let the operator begin the run. */
function askerOf({ actorId, byRole }: Pick<BulkClaim, 'actorId' | 'byRole'>): Asker {
  return { userId: actorId, roles: [byRole ?? LEAST_ROLE] };
}

function byLane(items: readonly BulkItem[]): Map<string, string[]> {
  const lanes = new Map<string, string[]>();
  for (const { id, userId } of items) lanes.set(userId, [...(lanes.get(userId) ?? []), id]);
  return lanes;
}

const TASK = 'bulk';

/** @throws Problem 400 for a state in which the action means nothing. @returns the filter, with an end in time */
function bounded(action: BulkRequest['action'], filter: BulkRequest['filter']): BulkRequest['filter'] {
  if (filter.state && !BULK_STATES[action].some((state) => state === filter.state)) {
    const message = `must be one of ${BULK_STATES[action].join(', ')}`;
    throw invalidRequest([{ path: 'filter.state', message }]);
  }
  return { ...filter, to: filter.to ?? new Date().toISOString() };
}
