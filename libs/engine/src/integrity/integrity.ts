import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  type Finding,
  type IntegrityRun,
  type OperationView,
  type Page,
  type PageQuery,
  type ProblemBody,
  problemBody,
} from '@turnpike/protocol';
import { Problem, problemOf } from '@turnpike/service';
import { hiddenView } from '../support/redact-payload.js';
import { GatewayConfig } from '../config.js';
import { Catalogue } from '../definitions/catalogue.js';
import { type Asker, authorise, roleIn } from '../request/authorise.js';
import { type SystemWrite, SystemWrites } from '../queue/internal-writes.js';
import { IntegrityRuns, type RunClaim } from './run-store.js';
import { LaneStandings } from '../queries/lane-standings.js';
import { LedgerQueries } from '../queries/operations.js';
import { toView } from '../queries/views.js';
import { Maintenance } from '../queue/scheduled-tasks.js';
import { Confirmation } from './recheck.js';
import { SourcePages } from './row-reader.js';
import { Comparison } from './scan.js';

/*
 * Compares the services' data and mends it. A run finds what stands against the declared relations while nothing is
 * under way for that user, so that writes in flight are never a finding; a repair is a write in the user's lane,
 * which reads the user at its turn and makes the other services agree.
 *
 * A run is a job in a worker. If that dies, or a service stays away, the run has failed, says why and keeps what it has
 * found; the next one begins anew. Of users whom the ledger has deleted and the services have again, the run itself
 * asks for the repair: what was deleted stays deleted, and nobody has to ask for that.
 */

/** Milliseconds between two signs of life: a run is given up after several missing ones. */
const HEARTBEAT_MS = 5000;

@Injectable()
export class Integrity implements OnModuleInit {
  private readonly logger = new Logger(Integrity.name);
  private readonly worker = randomUUID();

  constructor(
    private readonly runs: IntegrityRuns,
    private readonly pages: SourcePages,
    private readonly confirmation: Confirmation,
    private readonly lanes: LaneStandings,
    private readonly queries: LedgerQueries,
    private readonly writes: SystemWrites,
    private readonly maintenance: Maintenance,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  onModuleInit(): void {
    const perform = (stopped: AbortSignal): Promise<void> => this.perform(stopped);
    this.maintenance.define({
      name: 'integrity',
      everyMs: this.config.integrityEveryMs,
      run: async (stopped) => {
        await this.runs.begin(null);
        await perform(stopped);
      },
    });
    this.maintenance.define({ name: REQUESTED, everyMs: 0, run: perform });
  }

  /** Begins a run. @returns it, or the one that is under way already */
  async begin(requestedBy: string): Promise<IntegrityRun> {
    const id = await this.runs.begin(requestedBy);
    this.maintenance.request(REQUESTED);
    return this.run(id);
  }

  list(query: PageQuery): Promise<Page<IntegrityRun>> {
    return this.runs.page(query);
  }

  /** @throws Problem 404 where there is no such run */
  async run(id: string): Promise<IntegrityRun> {
    const run = await this.runs.find(id);
    if (!run) throw new Problem('not-found');
    return run;
  }

  /**
   * Asks for the writes that mend what the run has found, one for each user. Asked again, or after a death half-way,
   * it answers with the same ones.
   */
  async repair(id: string, by: Asker): Promise<OperationView[]> {
    const asked = { actorId: by.userId, byRole: roleIn(authorise('ops.act', by, null)) };
    await this.run(id);
    const repairs: OperationView[] = [];
    for (const { userId, repairedBy } of await this.runs.usersToRepair(id)) {
      const operationId = repairedBy ?? (await this.repairUser(id, userId, asked));
      const operation = operationId && (await this.queries.operation(operationId));
      if (operation) repairs.push(hiddenView(toView(operation)));
    }
    return repairs;
  }

  /** @param asked the operator who asks; left out, the run itself */
  private async repairUser(
    id: string,
    userId: string,
    asked?: Pick<SystemWrite, 'actorId' | 'byRole'>,
  ): Promise<string | null> {
    const key = `repair ${id} ${userId}`;
    const operationId = await this.writes.repair({ userId, key, ...asked });
    if (operationId) await this.runs.markRepaired(id, userId, operationId);
    return operationId;
  }

  /** Does the run that nobody does yet, if there is one. */
  private async perform(stopped: AbortSignal): Promise<void> {
    const claim = await this.runs.claim(this.worker);
    if (!claim) return;
    const { relations, subject } = this.catalogue;
    const comparison = new Comparison(this.pages, this.lanes, { relations, subject });
    const lost = new AbortController();
    const heartbeat = setInterval(() => {
      this.runs.heartbeat(claim, comparison.checked).then(
        (alive) => alive || lost.abort(new Error('the run was given up')),
        (error: Error) => this.logger.warn(`The run ${claim.id} gave no sign of life: ${error.message}`),
      );
    }, HEARTBEAT_MS);
    try {
      await this.search(claim, comparison, AbortSignal.any([stopped, lost.signal]));
      await this.runs.end(claim, comparison.checked, null);
    } catch (error) {
      this.logger.warn(`The run ${claim.id} failed: ${(error as Error).message}`);
      await this.runs.end(claim, comparison.checked, stopped.aborted ? STOPPED : problemOfRun(error));
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** What is remembered of the users who were looked at grows with the faults, not with the data. */
  private async search(claim: RunClaim, comparison: Comparison, signal: AbortSignal): Promise<void> {
    const looked = new Set<string>();
    for await (const batch of comparison.suspects()) {
      signal.throwIfAborted();
      const suspects = batch.filter((userId) => !looked.has(userId));
      const findings = await this.confirmation.confirm(suspects, signal);
      if (findings.length > 0) await this.runs.addFindings(claim, findings);
      await this.deleteAgain(claim, findings);
      for (const userId of suspects) looked.add(userId);
    }
  }

  /** By the same key as an operator's repair of the run: whoever asks first, there is one write. */
  private async deleteAgain({ id }: RunClaim, findings: readonly Finding[]): Promise<void> {
    const back = findings.filter(({ kind }) => kind === 'resurrected').map(({ userId }) => userId);
    for (const userId of new Set(back)) {
      const operationId = await this.repairUser(id, userId);
      if (!operationId)
        this.logger.warn(`The lane of ${userId}, who is deleted and is back, took no repair.`);
    }
  }
}

/** @returns what operators are told of it; what nobody foresaw may hold anything, and is in the log alone */
function problemOfRun(error: unknown): ProblemBody {
  const { body } = problemOf(error);
  return {
    ...body,
    detail: body.detail ?? 'It ended in a way that nobody foresaw. The log of its worker tells of it.',
  };
}

const STOPPED = problemBody(
  'unavailable',
  'The process that compared was stopped. Begin another run, or wait for the next.',
);

/** The task of a run that somebody asked for. */
const REQUESTED = 'integrity-requested';
