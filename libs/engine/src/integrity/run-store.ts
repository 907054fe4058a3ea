import { Injectable } from '@nestjs/common';
import {
  encodeCursor,
  type Finding,
  type IntegrityHealth,
  type IntegrityRun,
  type Page,
  type PageQuery,
  type ProblemBody,
  problemBody,
} from '@turnpike/protocol';
import { Database, pageOf, type Statements } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import { countRuns } from './metrics.js';
import { ID, positionIn } from '../support/cursors.js';

/*
 * The integrity runs and what they have found. At most one runs, by a unique index. A worker that takes one says
 * again and again that it is alive; a run that nobody has spoken of for DEAD_AFTER_SECONDS has failed, and from
 * then on whoever did it writes nothing more: every statement of a worker is guarded by its hold on the run.
 */

/** Several heartbeats may be lost, to a long pause of the process or of the database. */
const DEAD_AFTER_SECONDS = 30;

/** What a run says counts for so many intervals: one may fail and one be late before nothing is known any more. */
const COUNTS_FOR_INTERVALS = 3;

/** Milliseconds for which it counts where runs are only made on request. */
const COUNTS_FOR_MS = 86_400_000;

const DIED = problemBody(
  'internal-error',
  `The process that compared gave no sign of life for ${DEAD_AFTER_SECONDS} s. Begin another run.`,
);

/** A version before this one did not write down why. */
const UNTOLD = problemBody('internal-error', 'Why it failed was not written down. Begin another run.');

/** A worker's hold on a run. */
export interface RunClaim {
  id: string;
  worker: string;
}

interface RunRow {
  id: string;
  state: IntegrityRun['state'];
  checked: number;
  started_at: Date;
  finished_at: Date | null;
  problem: ProblemBody | null;
  current: boolean;
}

/** Of a later run that is under way nothing is known yet. */
const CURRENT = `r.state = 'done' and r.finished_at > now() - $1 * interval '1 ms'
  and not exists (select 1 from integrity_runs later where later.id > r.id and later.state <> 'running')`;

const RUNS = `select id, state, checked, started_at, finished_at, problem, ${CURRENT} as current from integrity_runs r`;

/** The last run that compared everything, and how the newest that is over ended. */
const ENDS = `
  select done.id as "doneId", done.finished_at as "doneAt", coalesce(done.current, false) as current,
    newest.state = 'failed' as failed, newest.problem
  from (select) nothing
  left join lateral (
    select id, finished_at, ${CURRENT} as current from integrity_runs r where state = 'done' order by id desc limit 1
  ) done on true
  left join lateral (
    select case state when 'running' then 'failed' else state end as state, problem from integrity_runs
    where state <> 'running' or ${isDead('$2')} order by id desc limit 1
  ) newest on true`;

interface EndsRow {
  doneId: string | null;
  doneAt: Date | null;
  current: boolean;
  failed: boolean | null;
  problem: ProblemBody | null;
}

interface FindingRow extends Finding {
  runId: string;
}

@Injectable()
export class IntegrityRuns {
  /** Milliseconds for which counts what a run has found. */
  private readonly countsForMs: number;

  constructor(
    private readonly database: Database,
    { integrityEveryMs }: GatewayConfig,
  ) {
    this.countsForMs = integrityEveryMs === 0 ? COUNTS_FOR_MS : COUNTS_FOR_INTERVALS * integrityEveryMs;
  }

  /** Makes a run, unless there is one under way. @returns the id of the one that is */
  async begin(requestedBy: string | null): Promise<string> {
    const id = await this.database.statements(async (tx) => {
      await failDead(tx);
      await tx.query(
        `insert into integrity_runs (id, requested_by) values ($1, $2)
         on conflict (state) where state = 'running' do nothing`,
        [uuidv7(), requestedBy],
      );
      const [running] = await tx.query<{ id: string }>(
        `select id from integrity_runs where state = 'running'`,
      );
      return running?.id;
    });
    // The one that was in the way has just ended.
    return id ?? this.begin(requestedBy);
  }

  /** Gives the run that nobody does yet to that worker. @returns null if there is none */
  async claim(worker: string): Promise<RunClaim | null> {
    const [run] = await this.database.query<{ id: string }>(
      `update integrity_runs set worker = $1, seen_at = now()
       where state = 'running' and worker is null returning id`,
      [worker],
    );
    return run ? { id: run.id, worker } : null;
  }

  /** @returns whether the worker still has the run */
  async heartbeat({ id, worker }: RunClaim, checked: number): Promise<boolean> {
    const rows = await this.database.query<unknown>(
      `update integrity_runs set seen_at = now(), checked = $3
       where id = $1 and worker = $2 and state = 'running' returning 1`,
      [id, worker, checked],
    );
    return rows.length > 0;
  }

  async addFindings({ id, worker }: RunClaim, findings: readonly Finding[]): Promise<void> {
    await this.database.query(
      `insert into integrity_findings (run_id, relation, kind, id, user_id)
       select run.id, found.relation, found.kind, found.id, found.user_id
       from integrity_runs run,
         unnest($3::text[], $4::text[], $5::uuid[], $6::uuid[]) as found (relation, kind, id, user_id)
       where run.id = $1 and run.worker = $2 and run.state = 'running'
       on conflict do nothing`,
      [
        id,
        worker,
        findings.map(({ relation }) => relation),
        findings.map(({ kind }) => kind),
        findings.map((finding) => finding.id),
        findings.map(({ userId }) => userId),
      ],
    );
  }

  /** @param problem why it failed; null where it is done */
  async end({ id, worker }: RunClaim, checked: number, problem: ProblemBody | null): Promise<void> {
    const state = problem ? 'failed' : 'done';
    const ended = await this.database.query(
      `update integrity_runs set state = $3, checked = $4, problem = $5, finished_at = now()
       where id = $1 and worker = $2 and state = 'running' returning 1`,
      [id, worker, state, checked, problem && JSON.stringify(problem)],
    );
    countRuns(state, ended.length);
  }

  /** @returns what is known of the services' agreement; reads alone, and so also while the ledger takes no writes */
  async health(): Promise<IntegrityHealth> {
    const [ends] = await this.database.query<EndsRow>(ENDS, [this.countsForMs, DEAD_AFTER_SECONDS]);
    const { doneId, doneAt, current, failed, problem } = ends!;
    const findings = await this.database.query<IntegrityHealth['findings'][number]>(
      `select relation, kind, count(distinct id)::integer as count from integrity_findings
       where $1::uuid is null or run_id >= $1 group by relation, kind order by relation, kind`,
      [doneId],
    );
    return {
      verdict: findings.length > 0 ? 'findings' : current ? 'agree' : 'unknown',
      lastSuccessAt: doneAt?.toISOString() ?? null,
      findings,
      problem: failed ? (problem ?? UNTOLD) : null,
    };
  }

  /** Newest first. */
  async page(query: PageQuery): Promise<Page<IntegrityRun>> {
    await failDead(this.database);
    return pageOf(query, {
      read: (cursor, count) =>
        this.database.query<RunRow>(`${RUNS} where $2::uuid is null or id < $2 order by id desc limit $3`, [
          this.countsForMs,
          positionIn(cursor, [ID])?.[0] ?? null,
          count,
        ]),
      open: (rows) => this.withFindings(rows),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }

  async find(id: string): Promise<IntegrityRun | null> {
    await failDead(this.database);
    const rows = await this.database.query<RunRow>(`${RUNS} where id = $2`, [this.countsForMs, id]);
    const [run] = await this.withFindings(rows);
    return run ?? null;
  }

  /** @returns whom the run has found something about, each once, and the write that repairs it, if there is one */
  usersToRepair(id: string): Promise<{ userId: string; repairedBy: string | null }[]> {
    return this.database.query(
      `select user_id as "userId", max(repaired_by::text) as "repairedBy"
       from integrity_findings where run_id = $1 group by user_id order by user_id`,
      [id],
    );
  }

  async markRepaired(id: string, userId: string, repairedBy: string): Promise<void> {
    await this.database.query(
      `update integrity_findings set repaired_by = $3 where run_id = $1 and user_id = $2`,
      [id, userId, repairedBy],
    );
  }

  private async withFindings(runs: readonly RunRow[]): Promise<IntegrityRun[]> {
    const findings = await this.database.query<FindingRow>(
      `select run_id as "runId", relation, kind, id, user_id as "userId"
       from integrity_findings where run_id = any($1) order by user_id, relation, id, kind`,
      [runs.map(({ id }) => id)],
    );
    return runs.map((run) => ({
      id: run.id,
      state: run.state,
      checked: run.checked,
      startedAt: run.started_at.toISOString(),
      finishedAt: run.finished_at?.toISOString() ?? null,
      findings: findings
        .filter(({ runId }) => runId === run.id)
        .map(({ relation, kind, id, userId }) => ({ relation, kind, id, userId })),
      problem: run.state === 'failed' ? (run.problem ?? UNTOLD) : null,
      current: run.current,
    }));
  }
}

/** Ends the run of a process that died. */
async function failDead(tx: Statements): Promise<void> {
  const dead = await tx.query(
    `update integrity_runs set state = 'failed', finished_at = now(), problem = $2
     where ${isDead('$1')} returning 1`,
    [DEAD_AFTER_SECONDS, JSON.stringify(DIED)],
  );
  countRuns('failed', dead.length);
}

/** @param seconds the parameter that holds DEAD_AFTER_SECONDS */
function isDead(seconds: string): string {
  return `(state = 'running' and seen_at < now() - ${seconds} * interval '1 second')`;
}
