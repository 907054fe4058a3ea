import { Injectable } from '@nestjs/common';
import {
  decodeCursor,
  encodeCursor,
  type OperationsQuery,
  type OperationView,
  type Page,
  type WaitingView,
} from '@turnpike/contracts';
import { Database, invalidRequest } from '@turnpike/service';
import { isUUID } from 'class-validator';
import { Brackets } from 'typeorm';
import { openCause } from './causes.js';
import { batched, gathered } from './gathered.js';
import { Lane } from './lane.entity.js';
import { Operation, type OperationRead } from './operation.entity.js';
import { type Content, Seals } from './seals.js';
import { positionBefore, unfinishedIn, UNREPEATED } from './sql.js';
import { isEnded } from './states.js';
import { toView, type Waiting, waitingView } from './views.js';

/** Of a write in its lane. */
interface Place {
  userId: string;
  seq: number;
}

/** Reads of the ledger. None of them decides anything. */
@Injectable()
export class LedgerQueries {
  private readonly standings = gathered((userIds) => this.readStandings(userIds));
  private readonly ends = batched((places: readonly Place[]) => this.readEnds(places));
  private readonly lanesOfOrders = gathered((orderIds) => this.readLanesOfOrders(orderIds));

  constructor(
    private readonly database: Database,
    private readonly seals: Seals,
  ) {}

  /** @returns that operation with its steps, or null */
  async operation(id: string): Promise<OperationRead | null> {
    const operation = await this.database.manager.findOneBy(Operation, { id });
    return operation && this.opened(operation);
  }

  /** @returns what that write holds, or null where it was erased */
  payloadOf({ userId, id, payload }: OperationRead): Promise<Content | null> {
    return this.seals.open({ userId, operationId: id, field: 'payload' }, payload);
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
    const read = await Promise.all(rows.slice(0, query.limit).map((row) => this.opened(row)));
    const items = read.map(toView);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeCursor([last.id]) : null };
  }

  lane(userId: string): Promise<Lane | null> {
    return this.database.manager.findOneBy(Lane, { userId });
  }

  /** @returns what decides whether a user's tokens are accepted, or null where there is no lane */
  standing(userId: string): Promise<Standing | null> {
    return this.standings(userId);
  }

  /** @returns whose lane that order's writes go to, or null */
  laneOfOrder(orderId: string): Promise<string | null> {
    return this.lanesOfOrders(orderId);
  }

  /** @returns whether every write of that lane up to that one has ended */
  hasEndedUpTo(userId: string, seq: number): Promise<boolean> {
    return this.ends({ userId, seq });
  }

  /** @returns the newest write that repeats that one, or null */
  async repetitionOf(id: string): Promise<string | null> {
    const rows = await this.database.query<{ id: string }>(
      'select id from operations where retry_of = $1 order by id desc limit 1',
      [id],
    );
    return rows[0]?.id ?? null;
  }

  /** @returns the write that repeats that one, or the same as that one, and is under way or has succeeded; or null */
  async standingRepetition(failed: OperationRead): Promise<OperationRead | null> {
    const [row] = await this.database.query<{ id: string }>(
      `select id from operations where repeats = $1 and state not in ${UNREPEATED}`,
      [firstOf(failed)],
    );
    return row ? this.operation(row.id) : null;
  }

  /** @returns why that operation has to wait, or null if it does not */
  async waiting(operation: OperationRead): Promise<WaitingView | null> {
    if (isEnded(operation.state) || operation.state === 'running') return null;
    const [row] = await this.database.query<Waiting>(
      `select l.execution, b.position, b.behind from lanes l, lateral (${positionBefore('$1', '$2')}) b
       where l.user_id = $1`,
      [operation.userId, operation.seq],
    );
    return row ? waitingView(operation, operation.beside ? { ...row, execution: 'running' } : row) : null;
  }

  /** @returns the same with its result and its cause in clear */
  async opened(operation: Operation): Promise<OperationRead> {
    const { userId, id: operationId, result, cause } = operation;
    return {
      ...operation,
      result: await this.seals.open({ userId, operationId, field: 'result' }, result),
      cause: await openCause(this.seals, { userId, operationId }, cause),
    };
  }

  private async readStandings(userIds: string[]): Promise<Map<string, Standing>> {
    const rows = await this.database.query<Standing & { userId: string }>(
      `select user_id as "userId", admission, sessions_valid_from as "sessionsValidFrom",
         deleted_at as "deletedAt", decided_at as "decidedAt", depth, access_epoch as "accessEpoch",
         access_spared as "accessSpared", suspended_at as "suspendedAt"
       from lanes where user_id = any($1)`,
      [userIds],
    );
    return new Map(rows.map((row) => [row.userId, row]));
  }

  private async readEnds(places: readonly Place[]): Promise<boolean[]> {
    const rows = await this.database.query<{ ended: boolean }>(
      `select not exists (select 1 from operations
         where ${unfinishedIn('l')} and operations.seq <= place.seq) as ended
       from unnest($1::uuid[], $2::bigint[]) with ordinality as place (user_id, seq, number)
       left join lanes l using (user_id) order by number`,
      [places.map(({ userId }) => userId), places.map(({ seq }) => seq)],
    );
    return rows.map(({ ended }) => ended);
  }

  private async readLanesOfOrders(orderIds: string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ orderId: string; userId: string }>(
      'select order_id as "orderId", user_id as "userId" from order_lanes where order_id = any($1)',
      [orderIds],
    );
    return new Map(rows.map(({ orderId, userId }) => [orderId, userId]));
  }
}

/** @returns the first write of the chain of repetitions that this one is in */
export function firstOf({ id, retryOf, repeats }: OperationRead): string {
  return repeats ?? retryOf ?? id;
}

/** What of the lane decides whether the user's tokens are accepted, and what the register says. */
export type Standing = Pick<
  Lane,
  | 'admission'
  | 'sessionsValidFrom'
  | 'deletedAt'
  | 'decidedAt'
  | 'depth'
  | 'accessEpoch'
  | 'accessSpared'
  | 'suspendedAt'
>;

function positionOf(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (!isUUID(id)) throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of a page' }]);
  return id!;
}
