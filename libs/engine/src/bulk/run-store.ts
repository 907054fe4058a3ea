import { Injectable } from '@nestjs/common';
import {
  BULK_STATES,
  type BulkAction,
  type BulkFilter,
  type BulkRun,
  encodeCursor,
  type Page,
  type PageQuery,
  type ProblemBody,
  type ProblemCode,
  type Role,
} from '@turnpike/protocol';
import { Catalogue } from '../definitions/catalogue.js';
import { Database, pageOf, type Statements } from '@turnpike/service';
import { Brackets, type SelectQueryBuilder } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type ClientKey, type Made, makeOnce } from '../ledger/statements/idempotency-keys.js';
import { Operation } from '../ledger/operation.entity.js';
import { narrow } from '../queries/operation-list.js';
import { ID, positionIn } from '../support/cursors.js';

/*
 * Bulk runs: how far each has come. A worker takes one and says with every page where it is; of one that has been
 * silent for SILENT_SECONDS another goes on from there. What was done before the silence is not found again: a write that
 * was repeated has a repetition, and one that was withdrawn has ended.
 */

const SILENT_SECONDS = 30;

/** What an operator asks for, and the role that lets him. */
export type NewBulkRun = Pick<BulkRun, 'action' | 'filter' | 'reason' | 'actorId'> & { byRole: Role | null };

/** A worker's hold on a run. */
export interface BulkClaim {
  id: string;
  worker: string;
  action: BulkAction;
  filter: BulkFilter;
  reason: string;
  actorId: string;
  /** Null of a run that a version began which did not write it down. */
  byRole: Role | null;
  /** The last write that was looked at. */
  position: string | null;
}

/** A write, and whose lane it is in. */
export interface BulkItem {
  id: string;
  userId: string;
}

/** What has become of a page. */
export interface BulkProgress {
  position: string;
  done: number;
  refusals: Partial<Record<ProblemCode, number>>;
}

interface BulkRow extends Omit<BulkRun, 'refused' | 'refusals' | 'startedAt' | 'finishedAt'> {
  refusals: Record<ProblemCode, number>;
  startedAt: Date;
  finishedAt: Date | null;
}

const RUNS = `select id, action, filter, reason, actor_id as "actorId", state, total, done, refusals,
  started_at as "startedAt", finished_at as "finishedAt", problem from bulk_runs`;

@Injectable()
export class BulkRuns {
  constructor(
    private readonly database: Database,
    private readonly catalogue: Catalogue,
  ) {}

  /** @returns how many writes it would be */
  count(action: BulkAction, filter: BulkFilter): Promise<number> {
    return this.matching(action, filter).getCount();
  }

  /** Begins a run over the writes that match now, or finds the one that was begun under the same key. */
  async begin(run: NewBulkRun, clientKey: ClientKey | null): Promise<Made<BulkRun>> {
    const id = uuidv7();
    const { action, filter, reason, actorId, byRole } = run;
    const total = await this.count(action, filter);
    return this.database.statements((tx) =>
      makeOnce(tx, clientKey, {
        ...{ id, actorId, find: (known) => find(tx, known) },
        make: async () => {
          await tx.query(
            `insert into bulk_runs (id, action, filter, reason, actor_id, by_role, total)
             values ($1, $2, $3, $4, $5, $6, $7)`,
            [id, action, JSON.stringify(filter), reason, actorId, byRole, total],
          );
          return find(tx, id);
        },
      }),
    );
  }

  /** Gives a run that nobody does to that worker. @returns null if there is none */
  async claim(worker: string): Promise<BulkClaim | null> {
    const [claim] = await this.database.query<BulkClaim>(
      `update bulk_runs set worker = $1, seen_at = now()
       where id = (select id from bulk_runs
         where state = 'running' and (worker is null or seen_at < now() - $2 * interval '1 s')
         order by id limit 1 for update skip locked)
       returning id, worker, action, filter, reason, actor_id as "actorId", by_role as "byRole", position`,
      [worker, SILENT_SECONDS],
    );
    return claim ?? null;
  }

  /** @returns the next writes, in the order in which they were accepted */
  async next({ action, filter, position }: BulkClaim, limit: number): Promise<BulkItem[]> {
    const builder = this.matching(action, filter);
    if (position) builder.andWhere('o.id > :position', { position });
    return builder
      .select('o.id', 'id')
      .addSelect('o.userId', 'userId')
      .orderBy('o.id', 'ASC')
      .limit(limit)
      .getRawMany<BulkItem>();
  }

  /** Says how far a run has come. @returns whether it goes on, by that worker */
  async proceed({ id, worker }: BulkClaim, { position, done, refusals }: BulkProgress): Promise<boolean> {
    const rows = await this.database.query<{ state: string }>(
      `update bulk_runs set position = $3, done = done + $4, seen_at = now(), refusals = refusals || (
         select coalesce(jsonb_object_agg(code, coalesce((refusals ->> code)::integer, 0) + more::integer), '{}')
         from jsonb_each_text($5) as more (code, more))
       where id = $1 and worker = $2 returning state`,
      [id, worker, position, done, JSON.stringify(refusals)],
    );
    return rows[0]?.state === 'running';
  }

  async end({ id, worker }: BulkClaim): Promise<void> {
    await this.database.query(
      `update bulk_runs set state = 'done', finished_at = now()
       where id = $1 and worker = $2 and state = 'running'`,
      [id, worker],
    );
  }

  /** Ends it where it has come to: whoever asked for it may no longer. */
  async stop({ id, worker }: BulkClaim, problem: ProblemBody): Promise<void> {
    await this.database.query(
      `update bulk_runs set state = 'aborted', finished_at = now(), problem = $3
       where id = $1 and worker = $2 and state = 'running'`,
      [id, worker, JSON.stringify(problem)],
    );
  }

  /** It ends after the page that is under way. */
  async abort(id: string): Promise<void> {
    await this.database.query(
      `update bulk_runs set state = 'aborted', finished_at = now() where id = $1 and state = 'running'`,
      [id],
    );
  }

  find(id: string): Promise<BulkRun | null> {
    return find(this.database, id);
  }

  /** Newest first. */
  page(query: PageQuery): Promise<Page<BulkRun>> {
    return pageOf(query, {
      read: (cursor, count) =>
        this.database.query<BulkRow>(`${RUNS} where $1::uuid is null or id < $1 order by id desc limit $2`, [
          positionIn(cursor, [ID])?.[0] ?? null,
          count,
        ]),
      open: (rows) => rows.map(viewOf),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }

  private matching(action: BulkAction, filter: BulkFilter): SelectQueryBuilder<Operation> {
    const builder = this.database.manager.createQueryBuilder(Operation, 'o');
    narrow(builder, filter);
    builder.andWhere(
      new Brackets((any) => BULK_STATES[action].forEach((state) => any.orWhere(`o.state = '${state}'`))),
    );
    builder.andWhere('o.kind = any(:kinds)', { kinds: this.catalogue.clientKinds });
    if (action === 'retry') {
      builder.andWhere('not exists (select 1 from operations r where r.retry_of = o.id)');
    }
    return builder;
  }
}

async function find(ledger: Statements, id: string): Promise<BulkRun | null> {
  const rows = await ledger.query<BulkRow>(`${RUNS} where id = $1`, [id]);
  return rows[0] ? viewOf(rows[0]) : null;
}

function viewOf({ refusals, startedAt, finishedAt, ...run }: BulkRow): BulkRun {
  const counts = Object.entries(refusals).map(([code, count]) => ({ code: code as ProblemCode, count }));
  return {
    ...run,
    refused: counts.reduce((sum, { count }) => sum + count, 0),
    refusals: counts,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
