import { Injectable } from '@nestjs/common';
import type { DomainEvent } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';

/** The events that the services have reported, each once. */
@Injectable()
export class ReceivedEvents {
  constructor(private readonly database: Database) {}

  /**
   * Does `work` in a transaction, unless another process is at that service's events.
   * @returns what it answers, or null
   */
  takeTurn<Result>(service: string, work: (tx: Statements) => Promise<Result>): Promise<Result | null> {
    return this.database.statements(async (tx) => {
      const [turn] = await tx.query<{ mine: boolean }>(
        `select pg_try_advisory_xact_lock(hashtext('turnpike.events.' || $1)) as mine`,
        [service],
      );
      return turn!.mine ? work(tx) : null;
    });
  }

  /** Writes events down in their order. @returns the ids of those that were not there before */
  async append(tx: Statements, events: readonly DomainEvent[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(
      `insert into domain_events (id, user_id, source, type, time, operation_id)
       select id, user_id, source, type, time, operation_id
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[])
         with ordinality as event (id, user_id, source, type, time, operation_id, position)
       order by position on conflict (id) do nothing returning id`,
      [
        events.map(({ id }) => id),
        events.map(({ subject }) => subject),
        events.map(({ source }) => source),
        events.map(({ type }) => type),
        events.map(({ time }) => time),
        events.map(({ data }) => data.operationId),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
