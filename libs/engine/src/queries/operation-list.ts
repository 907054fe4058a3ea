import { Injectable } from '@nestjs/common';
import {
  encodeCursor,
  type FailureGroup,
  type OperationView,
  type OpsOperationsQuery,
  type Page,
  type ProblemCode,
} from '@turnpike/protocol';
import { Database, pageOf } from '@turnpike/service';
import type { SelectQueryBuilder } from 'typeorm';
import { Operation } from '../ledger/operation.entity.js';
import { LedgerQueries, listed } from './operations.js';
import { ID, positionIn } from '../support/cursors.js';

/*
 * Operations of all lanes, as operators look for them. Ids grow with the time of acceptance, so the newest come first
 * by the index of the ids; what ended badly has indexes of its own, and one lane is read in its own order.
 */

const IN_LEDGER = {
  column: 'o.id',
  form: ID,
  of: ({ id }: Operation): string => id,
};

const IN_LANE = {
  column: 'o.seq',
  form: /^\d{1,9}$/,
  of: ({ seq }: Operation): string => String(seq),
};

/** Milliseconds by which the clock that made an id may differ from the database's, and a request may have waited. */
const CLOCKS_DIFFER_MS = 60_000;

interface GroupRow {
  problem: ProblemCode;
  service: string | null;
  count: number;
  id: string;
  finishedAt: Date;
}

@Injectable()
export class OperationList {
  constructor(
    private readonly database: Database,
    private readonly queries: LedgerQueries,
  ) {}

  /** Newest first. */
  async page(query: OpsOperationsQuery): Promise<Page<OperationView>> {
    const builder = listed(this.database);
    narrow(builder, query);
    const { column, form, of } = query.userId ? IN_LANE : IN_LEDGER;
    return pageOf(query, {
      read: (cursor, count) => {
        const [after] = positionIn(cursor, [form]) ?? [];
        const page = builder.clone().orderBy(column, 'DESC').limit(count);
        return (after ? page.andWhere(`${column} < :after`, { after }) : page).getMany();
      },
      open: (rows) => this.queries.viewsOf(rows),
      cursorOf: (row) => encodeCursor([of(row)]),
    });
  }

  /** Writes that failed, grouped by their problem and the service at which they failed; the most frequent first. */
  async failures(from: Date): Promise<FailureGroup[]> {
    const rows = await this.database.query<GroupRow>(
      `select problem ->> 'code' as problem, coalesce(refused ->> 'service', cause ->> 'service') as service, count(*)::integer as count,
         (array_agg(id order by id desc))[1] as id, (array_agg(finished_at order by id desc))[1] as "finishedAt"
       from operations, jsonb_path_query_first(steps, '$[*] ? (@.state == "refused")') as refused
       where state = 'failed' and id >= $1 and created_at >= $2
       group by 1, 2 order by count desc, 1, 2`,
      [firstIdOf(from), from],
    );
    return rows.map(({ id, finishedAt, ...group }) => ({
      ...group,
      latest: { id, finishedAt: finishedAt.toISOString() },
    }));
  }
}

/** One condition for each state, so that each is looked up by an index of its own. */
const HAS_PROBLEM = ['failed', 'rejected', 'retrying'].map(
  (state) => `o.state = '${state}' and o.problem ->> 'code' = :problem`,
);

/** Each part has its index: what somebody asked for in the own lane, and in others. */
const BY_ACTOR =
  '(o.userId = :actorId and o.actorId = :actorId or o.actorId <> o.userId and o.actorId = :actorId)';

/** Which operations. */
export type OperationsFilter = Omit<OpsOperationsQuery, 'cursor' | 'limit'>;

/** States and kinds are written out: each has a plan of its own, by the index that fits it. */
export function narrow(builder: SelectQueryBuilder<Operation>, query: OperationsFilter): void {
  const { state, kind, userId, actorId, problem, from, to } = query;
  if (state) builder.andWhere(`o.state = '${state}'`);
  if (kind) builder.andWhere(`o.kind = '${kind}'`);
  if (userId) builder.andWhere('o.userId = :userId', { userId });
  if (actorId) builder.andWhere(BY_ACTOR, { actorId });
  if (problem) builder.andWhere(`(${HAS_PROBLEM.join(' or ')})`, { problem });
  if (from) {
    const at = new Date(from);
    builder.andWhere('o.id >= :fromId and o.createdAt >= :from', { fromId: firstIdOf(at), from: at });
  }
  if (to) {
    const at = new Date(to);
    const toId = firstIdOf(new Date(at.getTime() + 2 * CLOCKS_DIFFER_MS));
    builder.andWhere('o.id < :toId and o.createdAt < :to', { toId, to: at });
  }
}

/** @returns an id that is smaller than those of all writes which were accepted at that time or later (UUIDv7) */
function firstIdOf(at: Date): string {
  const ms = Math.max(0, at.getTime() - CLOCKS_DIFFER_MS);
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
