import { Injectable } from '@nestjs/common';
import { type DomainEvent, type DomainEvents, EVENT_TYPE_PREFIX } from '@turnpike/protocol';
import { eventOf, readDeclaredKey } from '../protocol/declared-steps.js';
import { Database } from '../database/database.js';
import type { Statements } from '../database/transaction.js';

/*
 * The outbox: what has happened in this service, until the gateway has it.
 *
 * A row is written in the transaction of the change that it tells of, so there is one if and only if the change was
 * committed. Whoever reads takes the oldest rows and has them deleted when they are safe elsewhere: nothing is lost,
 * and what is read twice has the same id. There is no "read up to here", because positions are given out before
 * they are committed, and a row may become visible behind one that was read already.
 *
 * Within one user that cannot be: who writes holds the user's fence row to the commit, so the rows of a user become
 * visible in the order of their positions, which is the order in which the changes came about.
 */

interface OutboxRow {
  id: string;
  userId: string;
  type: string;
  operationId: string | null;
  at: Date;
}

@Injectable()
export class Outbox {
  /** @param service whose events these are, as their `source` says */
  constructor(
    private readonly service: string,
    private readonly database: Database,
  ) {}

  /** @returns the oldest events that were not acknowledged. */
  async oldest(limit: number): Promise<DomainEvents> {
    const rows = await this.database.query<OutboxRow>(
      `select id, user_id as "userId", type, operation_id as "operationId", at
       from outbox order by position limit $1`,
      [limit],
    );
    return { items: rows.map((row) => this.event(row)) };
  }

  /** Forgets these events; those that are forgotten already do no harm. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    await this.database.query('delete from outbox where id = any($1::uuid[])', [ids]);
  }

  private event({ id, userId, type, operationId, at }: OutboxRow): DomainEvent {
    return {
      specversion: '1.0',
      id,
      source: `/${this.service}`,
      type: `${EVENT_TYPE_PREFIX}${type}`,
      subject: userId,
      time: at.toISOString(),
      datacontenttype: 'application/json',
      data: { operationId },
    };
  }
}

/** What a change writes into the outbox: ids only, a value would have to be erased here too, and would be old. */
export interface OutboxEvent {
  type: string;
  /** null for a change of no operation. */
  operationId: string | null;
}

/** @returns the event of the step of that key, or of its undo; null where the step has none to tell */
export function eventOfStep(key: string): OutboxEvent | null {
  const { operationId, step, isUndo } = readDeclaredKey(key)!;
  const event = eventOf(step);
  return event === null ? null : { type: isUndo ? `${event}.undone` : event, operationId };
}

/** Reports a change of no operation, by the event of the step that does the same. */
export async function reportChange(tx: Statements, userId: string, step: string): Promise<void> {
  const event = eventOf(step);
  if (event === null) return;
  await tx.query('insert into outbox (user_id, type) values ($1, $2)', [userId, event]);
}
