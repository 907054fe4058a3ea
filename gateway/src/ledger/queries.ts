import { Injectable } from '@nestjs/common';
import {
  decodeCursor,
  encodeCursor,
  type LaneState,
  type LaneView,
  type OperationsQuery,
  type OperationView,
  type Page,
  type WaitingReason,
  type WaitingView,
} from '@turnpike/contracts';
import { Database, invalidRequest } from '@turnpike/service';
import { isUUID } from 'class-validator';
import { Brackets, IsNull } from 'typeorm';
import { Lane } from './lane.entity.js';
import { Operation } from './operation.entity.js';
import { OrderLane } from './order-lane.entity.js';
import { isEnded } from './states.js';

/** Reads of the ledger. None of them decides anything. */
@Injectable()
export class LedgerQueries {
  constructor(private readonly database: Database) {}

  /** @returns that operation with its steps, or null */
  operation(id: string): Promise<Operation | null> {
    return this.database.manager.findOneBy(Operation, { id });
  }

  /** Operations in the caller's lane or asked for by the caller, newest first. */
  async operationsOf(callerId: string, query: OperationsQuery): Promise<Page<OperationView>> {
    const builder = this.database.manager
      .createQueryBuilder(Operation, 'o')
      .where(
        new Brackets((own) =>
          own.where('o.userId = :callerId').orWhere('o.actorId = :callerId and o.actorId <> o.userId'),
        ),
      )
      .setParameters({ callerId });
    if (query.state) builder.andWhere('o.state = :state', { state: query.state });
    if (query.kind) builder.andWhere('o.kind = :kind', { kind: query.kind });
    if (query.cursor !== undefined) builder.andWhere('o.id < :after', { after: positionOf(query.cursor) });
    const rows = await builder
      .orderBy('o.id', 'DESC')
      .take(query.limit + 1)
      .getMany();
    const items = rows.slice(0, query.limit).map(toView);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeCursor([last.id]) : null };
  }

  lane(userId: string): Promise<Lane | null> {
    return this.database.manager.findOneBy(Lane, { userId });
  }

  /** @returns the lane as operators see it, or null */
  async laneView(userId: string): Promise<LaneView | null> {
    const lane = await this.lane(userId);
    if (!lane) return null;
    const [head] = await this.database.manager.find(Operation, {
      where: { userId, finishedAt: IsNull() },
      order: { seq: 'asc' },
      take: 1,
    });
    return laneViewOf(lane, head ?? null);
  }

  /** @returns whose lane that order's writes go to, or null */
  async laneOfOrder(orderId: string): Promise<string | null> {
    const row = await this.database.manager.findOneBy(OrderLane, { orderId });
    return row?.userId ?? null;
  }

  /** @returns whether every write of that lane up to that one has ended */
  async hasEndedUpTo(userId: string, seq: number): Promise<boolean> {
    const rows = await this.database.query(
      `select 1 from operations
       where user_id = $1 and seq <= $2 and state in ('queued', 'running', 'retrying') limit 1`,
      [userId, seq],
    );
    return rows.length === 0;
  }

  /** @returns why that operation has to wait, or null if it does not */
  async waiting(operation: Operation): Promise<WaitingView | null> {
    if (isEnded(operation.state) || operation.state === 'running') return null;
    const [row] = await this.database.query<WaitingRow>(
      `select l.execution, b.position::integer, b.behind from lanes l, lateral (
         select count(*) as position, (array_agg(id order by seq desc))[1] as behind from operations o
         where o.user_id = l.user_id and o.seq < $2 and o.state in ('queued', 'running', 'retrying')) b
       where l.user_id = $1`,
      [operation.userId, operation.seq],
    );
    return row ? waitingView(operation, row) : null;
  }
}

interface WaitingRow {
  execution: Lane['execution'];
  position: number;
  behind: string | null;
}

function waitingView(operation: Operation, { execution, position, behind }: WaitingRow): WaitingView {
  const since = (operation.startedAt ?? operation.createdAt).toISOString();
  const expectedAt = operation.nextAttemptAt?.toISOString() ?? null;
  if (execution !== 'running') return { behind, position, reason: execution, since, expectedAt: null };
  return { behind, position, reason: reasonOf(operation), since, expectedAt };
}

/** The last problem of a write in retry says whether it was called at all. */
function reasonOf({ state, problem }: Operation): WaitingReason {
  if (state !== 'retrying') return 'turn';
  return problem?.['breaker'] ? 'breaker' : 'retry';
}

function laneViewOf(lane: Lane, head: Operation | null): LaneView {
  return {
    userId: lane.userId,
    state: laneStateOf(lane),
    paused: lane.execution === 'paused',
    pausedBy: lane.pausedBy,
    reason: lane.reason,
    depth: lane.depth,
    lastSeq: lane.lastSeq,
    head: head && {
      id: head.id,
      seq: head.seq,
      kind: head.kind,
      state: head.state,
      nextAttemptAt: head.nextAttemptAt?.toISOString() ?? null,
    },
    // Places are taken in order, so the head is the oldest.
    oldestQueuedAt: head?.createdAt.toISOString() ?? null,
  };
}

/** One word for two columns: a halted lane needs somebody; a deletion says more than a pause. */
function laneStateOf({ admission, execution }: Lane): LaneState {
  if (execution === 'halted') return 'halted';
  if (admission === 'closed') return 'deleted';
  if (admission !== 'open') return admission;
  return execution === 'paused' ? 'paused' : 'open';
}

function positionOf(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (!isUUID(id)) throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of a page' }]);
  return id!;
}

/** @returns the operation as clients see it */
export function toView(operation: Operation): OperationView {
  const self = `/v1/operations/${operation.id}`;
  return {
    id: operation.id,
    kind: operation.kind,
    userId: operation.userId,
    actorId: operation.actorId,
    seq: operation.seq,
    state: operation.state,
    attempts: operation.attempts,
    target: { type: operation.targetType, id: operation.targetId },
    steps: operation.steps.map(({ name, service, state, attempts }) => ({ name, service, state, attempts })),
    createdAt: operation.createdAt.toISOString(),
    startedAt: operation.startedAt?.toISOString() ?? null,
    finishedAt: operation.finishedAt?.toISOString() ?? null,
    nextAttemptAt: operation.nextAttemptAt?.toISOString() ?? null,
    result: operation.result,
    problem: operation.problem,
    ...(operation.retryOf && { retryOf: operation.retryOf }),
    links: { self, events: `${self}/events` },
  };
}
