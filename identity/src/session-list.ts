import { Injectable } from '@nestjs/common';
import type { EndedSessions, OpenSessions } from '@turnpike/contracts';
import { Database, Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { lockIfThere } from './user-rows.js';

interface SessionRow {
  id: string;
  createdAt: Date;
  lastUsedAt: Date;
  client: string;
}

/** The sessions of one user, to look at and to end. */
@Injectable()
export class SessionList {
  constructor(private readonly database: Database) {}

  /** @returns those that go on, the one that was used last first */
  async of(userId: string): Promise<OpenSessions> {
    const rows = await this.database.query<SessionRow>(
      `select id, created_at as "createdAt", coalesce(last_used_at, created_at) as "lastUsedAt", client
       from sessions where user_id = $1 and revoked_at is null and expires_at > now()
       order by coalesce(last_used_at, created_at) desc, id`,
      [userId],
    );
    const items = rows.map(({ createdAt, lastUsedAt, ...others }) => ({
      ...others,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
    }));
    return { items };
  }

  /** @throws Problem `not-found` for a session of somebody else, and for one that is over */
  async end(userId: string, id: string): Promise<void> {
    const ended = await revoke(this.database.manager, 'user_id = $1 and id = $2 and expires_at > now()', [
      userId,
      id,
    ]);
    if (ended.length === 0) throw new Problem('not-found');
  }

  /**
   * Ends all sessions of the user but the one to keep. Under the user's lock: a sign-in either comes before, and is
   * ended, or afterwards.
   * @throws Problem `not-found`
   */
  endAll(userId: string, keep: string | null): Promise<EndedSessions> {
    return this.database.transaction(async (tx) => {
      if (!(await lockIfThere(tx, userId))) throw new Problem('not-found');
      return { ended: await revoke(tx, 'user_id = $1 and id is distinct from $2', [userId, keep]) };
    });
  }
}

/** @returns the ids of the sessions that have ended by it */
async function revoke(tx: EntityManager, which: string, values: readonly unknown[]): Promise<string[]> {
  const [rows] = await tx.query<[{ id: string }[], number]>(
    `update sessions set revoked_at = clock_timestamp() where revoked_at is null and ${which} returning id`,
    [...values],
  );
  return rows.map(({ id }) => id);
}
