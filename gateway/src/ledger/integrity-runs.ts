import { Injectable } from '@nestjs/common';
import {
  encodeCursor,
  type Finding,
  type IntegrityRun,
  type Page,
  type PageQuery,
} from '@turnpike/contracts';
import { Database, type Statements } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { ID, positionIn } from './positions.js';

/*
 * The integrity runs and what they have found. At most one runs, by a unique index. A worker that takes one says
 * again and again that it is alive; a run that nobody has spoken of for DEAD_AFTER_SECONDS has failed, and from
 * then on whoever did it writes nothing more: every statement of a worker is guarded by its hold on the run.
 */

/** Several heartbeats may be lost, to a long pause of the process or of the database. */
const DEAD_AFTER_SECONDS = 30;

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
}

const RUNS = 'select id, state, checked, started_at, finished_at from integrity_runs';

interface FindingRow extends Finding {
  runId: string;
}

@Injectable()
export class IntegrityRuns {
  constructor(private readonly database: Database) {}

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

  async end({ id, worker }: RunClaim, state: 'done' | 'failed', checked: number): Promise<void> {
    await this.database.query(
      `update integrity_runs set state = $3, checked = $4, finished_at = now()
       where id = $1 and worker = $2 and state = 'running'`,
      [id, worker, state, checked],
    );
  }

  /** Newest first. */
  async page({ cursor, limit }: PageQuery): Promise<Page<IntegrityRun>> {
    await failDead(this.database);
    const rows = await this.database.query<RunRow>(
      `${RUNS} where $1::uuid is null or id < $1 order by id desc limit $2`,
      [positionIn(cursor, [ID])?.[0] ?? null, limit + 1],
    );
    const items = await this.withFindings(rows.slice(0, limit));
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeCursor([last.id]) : null };
  }

  async find(id: string): Promise<IntegrityRun | null> {
    await failDead(this.database);
    const rows = await this.database.query<RunRow>(`${RUNS} where id = $1`, [id]);
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
    }));
  }
}

/** Ends the run of a process that died. */
async function failDead(tx: Statements): Promise<void> {
  await tx.query(
    `update integrity_runs set state = 'failed', finished_at = now()
     where state = 'running' and seen_at < now() - $1 * interval '1 second'`,
    [DEAD_AFTER_SECONDS],
  );
}
