import { Injectable } from '@nestjs/common';
import type { FencesQuery, FenceView, Mark, MarkKept, SetMark } from '@turnpike/protocol';
import { Database } from '../database/database.js';
import type { Statements } from '../database/transaction.js';

interface MarkRow {
  /** A bigint: it comes as text. */
  number: string;
  token: string;
  at: Date;
}

/** By what the gateway notices that this database was put back as it was before, and what it asks then. */
@Injectable()
export class Marks {
  constructor(private readonly database: Database) {}

  /** @returns the newest mark, or null before the first */
  async newest(): Promise<Mark | null> {
    const [row] = await this.database.query<MarkRow>('select number, token, at from gateway_mark');
    return row ? { number: Number(row.number), token: row.token, at: row.at.toISOString() } : null;
  }

  /**
   * Keeps a mark, unless a fence is behind what the ledger knows of it. Both are one transaction: a database that is
   * put back between the look and the mark has neither.
   */
  keep({ mark, fences }: SetMark): Promise<MarkKept> {
    return this.database.statements(async (tx) => {
      const behind = await fencesBehind(tx, fences);
      if (behind.length === 0) await keepMark(tx, mark);
      return { behind };
    });
  }

  /** @returns a page of fences, the newer one of each user's two, in the order of the users' ids */
  fences({ after, limit }: FencesQuery): Promise<FenceView[]> {
    return this.database.query<FenceView>(
      `select user_id as "userId", greatest(seq, beside_seq) as seq, tombstoned_at is not null as tombstoned from fences
       where $1::uuid is null or user_id > $1 order by user_id limit $2`,
      [after, limit],
    );
  }
}

/** What is expected are decisions about the user, which are carried out in line: the lane's own fence has seen them. */
async function fencesBehind(tx: Statements, fences: SetMark['fences']): Promise<string[]> {
  const rows = await tx.query<{ userId: string }>(
    `select expected.user_id as "userId"
     from unnest($1::uuid[], $2::integer[]) as expected (user_id, seq)
       left join fences on fences.user_id = expected.user_id
     where fences.seq is null or fences.seq < expected.seq`,
    [fences.map(({ userId }) => userId), fences.map(({ seq }) => seq)],
  );
  return rows.map(({ userId }) => userId);
}

/** A late call with an older mark changes nothing. */
async function keepMark(tx: Statements, { number, token, at }: Mark): Promise<void> {
  await tx.query(
    `insert into gateway_mark (number, token, at) values ($1, $2, $3)
     on conflict (only_one) do update set number = excluded.number, token = excluded.token, at = excluded.at
     where gateway_mark.number < excluded.number`,
    [number, token, at],
  );
}
