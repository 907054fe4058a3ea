import { Injectable } from '@nestjs/common';
import {
  decodeCursor,
  encodeCursor,
  type OperationsQuery,
  type OperationView,
  type Page,
  type WaitingView,
} from '@turnpike/protocol';
import { Database, invalidRequest, pageOf } from '@turnpike/service';
import { isUUID } from 'class-validator';
import { Brackets, type SelectQueryBuilder } from 'typeorm';
import { openCause } from '../encryption/operation-causes.js';
import { batched, gathered } from '../support/batch-reads.js';
import { Lane } from '../ledger/lane.entity.js';
import { Operation, type OperationRead } from '../ledger/operation.entity.js';
import { type Content, Seals } from '../encryption/payload-encryption.js';
import { positionBefore, unfinishedIn, UNREPEATED } from '../ledger/statements/fragments.js';
import { isEnded } from '../ledger/states.js';
import { toView, type Waiting, waitingView } from './views.js';

/** Of a write in its lane. */
interface Place {
  userId: string;
  seq: number;
}

/** Of the index of resources. */
interface Target {
  type: string;
  userId: string;
}

/** Reads of the ledger. None of them decides anything. */
@Injectable()
export class LedgerQueries {
  private readonly operations = gathered((ids) => this.readOperations(ids));
  private readonly lanes = gathered((userIds) => this.readLanes(userIds));
  private readonly heads = gathered((userIds) => this.readHeads(userIds));
  private readonly waits = batched((places: readonly Place[]) => this.readWaits(places));
  private readonly standings = gathered((userIds) => this.readStandings(userIds));
  private readonly targets = gathered((ids) => this.readTargets(ids));

  constructor(
    private readonly database: Database,
    private readonly seals: Seals,
  ) {}

  /** @returns that operation with its steps, or null */
  operation(id: string): Promise<OperationRead | null> {
    return this.operations(id);
  }

  /** @returns those operations that there are, by their ids */
  async readOperations(ids: readonly string[]): Promise<Map<string, OperationRead>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.manager
      .createQueryBuilder(Operation, 'o')
      .where('o.id = any(:ids)', { ids })
      .getMany();
    const opened = await Promise.all(rows.map((row) => this.opened(row)));
    return new Map(opened.map((operation) => [operation.id, operation]));
  }

  /** @returns what that write holds, or null where it was erased */
  payloadOf({ userId, id, payload }: OperationRead): Promise<Content | null> {
    return this.seals.open({ userId, operationId: id, field: 'payload' }, payload);
  }

  /** Operations in the caller's lane or asked for by the caller, newest first. */
  async operationsOf(callerId: string, query: OperationsQuery): Promise<Page<OperationView>> {
    const builder = listed(this.database)
      .where(
        new Brackets((own) =>
          own.where('o.userId = :callerId').orWhere('o.actorId = :callerId and o.actorId <> o.userId'),
        ),
      )
      .setParameters({ callerId });
    if (query.state) builder.andWhere('o.state = :state', { state: query.state });
    if (query.kind) builder.andWhere('o.kind = :kind', { kind: query.kind });
    return pageOf(query, {
      read: (cursor, count) => {
        const page = builder.clone().orderBy('o.id', 'DESC').limit(count);
        return (
          cursor === undefined ? page : page.andWhere('o.id < :after', { after: positionOf(cursor) })
        ).getMany();
      },
      open: (rows) => this.viewsOf(rows),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }

  /** @returns the operations as clients see them */
  async viewsOf(operations: readonly Operation[]): Promise<OperationView[]> {
    return (await Promise.all(operations.map((operation) => this.opened(operation)))).map(toView);
  }

  lane(userId: string): Promise<Lane | null> {
    return this.lanes(userId);
  }

  /** @returns what decides whether a user's tokens are accepted, or null where there is no lane */
  standing(userId: string): Promise<Standing | null> {
    return this.standings(userId);
  }

  /** @returns whose lane the writes of that resource go to, or null */
  async laneOf(type: string, id: string): Promise<string | null> {
    const target = await this.targets(id);
    return target && target.type === type ? target.userId : null;
  }

  /** @returns the place of the lane's first write that has not ended; beyond all places where all have */
  async firstUnfinished(userId: string): Promise<number> {
    return (await this.heads(userId)) ?? Infinity;
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
    const waiting = await this.waits(operation);
    if (!waiting) return null;
    return waitingView(operation, operation.beside ? { ...waiting, execution: 'running' } : waiting);
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

  private async readLanes(userIds: string[]): Promise<Map<string, Lane>> {
    const lanes = this.database.manager.createQueryBuilder(Lane, 'l');
    const rows = await lanes.where('l.userId = any(:userIds)', { userIds }).getMany();
    return new Map(rows.map((lane) => [lane.userId, lane]));
  }

  private async readHeads(userIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ userId: string; seq: number }>(
      `select l.user_id as "userId", head.seq from lanes l,
         lateral (select seq from operations where ${unfinishedIn('l')} order by seq limit 1) head
       where l.user_id = any($1)`,
      [userIds],
    );
    return new Map(rows.map(({ userId, seq }) => [userId, seq]));
  }

  private async readWaits(places: readonly Place[]): Promise<(Waiting | null)[]> {
    const rows = await this.database.query<Waiting & { number: number }>(
      `select place.number::integer, l.execution, b.position, b.behind
       from unnest($1::uuid[], $2::integer[]) with ordinality as place (user_id, seq, number)
       join lanes l using (user_id), lateral (${positionBefore('place.user_id', 'place.seq')}) b`,
      [places.map(({ userId }) => userId), places.map(({ seq }) => seq)],
    );
    const found = new Map(rows.map(({ number, ...waiting }) => [number, waiting]));
    return places.map((_, index) => found.get(index + 1) ?? null);
  }

  private async readTargets(ids: string[]): Promise<Map<string, Target>> {
    const rows = await this.database.query<Target & { id: string }>(
      'select id, type, user_id as "userId" from target_lanes where id = any($1)',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
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

/**
 * @returns a query of operations as lists show them: without what they hold, which may be 256 KB of each and is read for
 *   nothing
 */
export function listed({ manager }: Pick<Database, 'manager'>): SelectQueryBuilder<Operation> {
  const { columns } = manager.connection.getMetadata(Operation);
  const shown = columns.filter(({ propertyName }) => propertyName !== 'payload');
  return manager
    .createQueryBuilder(Operation, 'o')
    .select(shown.map(({ propertyName }) => `o.${propertyName}`));
}

function positionOf(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (!isUUID(id)) throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of a page' }]);
  return id!;
}
