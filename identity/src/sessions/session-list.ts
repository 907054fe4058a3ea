import { Injectable } from '@nestjs/common';
import type { OpenSessions } from '@turnpike/contracts';
import { Database, Problem, securityEvent } from '@turnpike/service';
import { MAX_SESSIONS } from './sessions.js';

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
       order by coalesce(last_used_at, created_at) desc, id limit ${MAX_SESSIONS}`,
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
  async end(userId: string, id: string, requestId?: string): Promise<void> {
    const ended = await this.database.query<unknown>(
      `update sessions set revoked_at = clock_timestamp()
       where user_id = $1 and id = $2 and revoked_at is null and expires_at > now() returning 1`,
      [userId, id],
    );
    if (ended.length === 0) throw new Problem('not-found');
    securityEvent('authn_token_revoked', { userId, sessionId: id, requestId });
  }
}
