import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';
import type { Content } from '../encryption/payload-encryption.js';
import { unfinishedIn } from './statements/fragments.js';

/*
 * The ending of a user's access. It is part of what accepts the write that ends it: the lane's `access_epoch` grows in the
 * statement of the admission, and from that commit on every gateway refuses the tokens of sessions that began before,
 * whatever the lane is doing. A session knows the epoch in which it began. Nothing of this asks a clock.
 *
 * Identity is told after the commit, so that it refuses to prolong those sessions, and stamps new ones with the new epoch.
 */

/** A session that asks to go on where it ends all others of its user. */
export interface AskingSession {
  id: string;
  /** How often the user's access had been ended before it began; null where it asks no more, and an operator repeats what it asked for. */
  epoch: number | null;
}

/**
 * Whether a session is still let in by a lane: what it asks for may have taken long, and its own access may have been
 * ended meanwhile. One that was spared is let in whenever it began.
 * @param lane whose columns they are
 * @param session where its id and its epoch are to be found
 */
export function letsIn(lane: string, session: { id: string; epoch: string }): string {
  return `(${lane}.suspended_at is null
    and (${lane}.access_epoch <= ${session.epoch} or ${lane}.access_spared = ${session.id}))`;
}

/** What the acceptance of a write does to the access of the lane's user. */
export interface AccessEnding {
  /** The session that goes on, if it has access still. One that asks without is refused. */
  spares: AskingSession | null;
  /** It ends access only where a write of roles came into the lane after this place; null where it does in any case. */
  unlessRolesSince: number | null;
}

/** As much of a new operation as says whether it ends access. */
export interface Asked {
  actorId: string | null;
  userId: string;
  payload: Content;
}

/** What of a request says what its write ends. */
export interface AskedWith {
  /** Of a write of roles that takes none away: the last place of the lane when the roles were asked for. */
  grantsSince?: number;
  /** The epoch of the session that asks; left out where none does. */
  sessionEpoch?: number | null;
}

/** @returns what the acceptance of such a write ends, or null */
export type EndingOf = (operation: Asked, asked: AskedWith) => AccessEnding | null;

/** What identity is told of a lane. */
export interface Told {
  userId: string;
  epoch: number;
  spared: string | null;
}

const TOLD = `select user_id as "userId", access_epoch as epoch, access_spared as spared from lanes`;

/** What of a lane's roles is known before they are written. */
export interface KnownRoles {
  lastSeq: number;
  /** Whether a write of roles has not ended. */
  areChanging: boolean;
}

@Injectable()
export class AccessEndings {
  constructor(private readonly database: Database) {}

  /**
   * Ends the user's access by no write, but for the session that is spared, as long as that has access itself.
   * @returns false where there is no lane
   */
  async end(userId: string, spares: AskingSession | null): Promise<boolean> {
    const ended = await this.database.query<unknown>(
      `update lanes l set access_epoch = access_epoch + 1,
         access_spared = case when ${letsIn('l', { id: '$2::uuid', epoch: '$3::integer' })} then $2::uuid end
       where user_id = $1 returning 1`,
      [userId, spares?.id ?? null, spares?.epoch ?? null],
    );
    return ended.length > 0;
  }

  /** @returns what identity is to know of that lane, or null where there is none */
  async of(userId: string): Promise<Told | null> {
    const [row] = await this.database.query<Told>(`${TOLD} where user_id = $1`, [userId]);
    return row ?? null;
  }

  /** @returns some lanes of which identity was not told, in the order of their users */
  untold({ after, limit }: { after: string; limit: number }): Promise<Told[]> {
    return this.database.query<Told>(
      `${TOLD} where access_told < access_epoch and user_id > $1 order by user_id limit $2`,
      [after, limit],
    );
  }

  /**
   * Identity was told of an epoch, and has been told of `highest`. Where that is higher this ledger went back, and
   * sessions of later epochs are about: they are ended with one more.
   */
  async told({ userId, epoch }: Told, highest: number): Promise<void> {
    await this.database.query(
      `update lanes set access_told = greatest(access_told, $2),
         access_epoch = case when $3 > access_epoch then $3 + 1 else access_epoch end,
         access_spared = case when $3 > access_epoch then null else access_spared end
       where user_id = $1`,
      [userId, epoch, highest],
    );
  }

  /** Identity has begun a session in that epoch, of which this ledger knows nothing any more: it went back. */
  async atLeast(userId: string, epoch: number): Promise<void> {
    await this.database.query(
      `update lanes set access_epoch = $2, access_told = $2, access_spared = null
       where user_id = $1 and access_epoch < $2`,
      [userId, epoch],
    );
  }

  /** @returns the kinds of the writes that have ended the user's access and have not ended themselves, the oldest first */
  async underWay(userId: string): Promise<string[]> {
    const rows = await this.database.query<{ kind: string }>(
      `select kind from lanes l, lateral (
         select seq, kind, ends_access from operations where ${unfinishedIn('l')} offset 0) o
       where l.user_id = $1 and ends_access order by seq`,
      [userId],
    );
    return rows.map(({ kind }) => kind);
  }

  /** @returns null where there is no lane */
  async knownRoles(userId: string): Promise<KnownRoles | null> {
    const [row] = await this.database.query<KnownRoles>(
      `select last_seq as "lastSeq", exists (select 1 from operations
         where ${unfinishedIn('l')} and changes_roles) as "areChanging"
       from lanes l where user_id = $1`,
      [userId],
    );
    return row ?? null;
  }

  /** @returns those of the users who are not suspended, deleted or about to be, and whose roles nobody is taking away */
  async standing(userIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ userId: string }>(
      `select user_id as "userId" from lanes l
       where user_id = any($1) and admission = 'open' and suspended_at is null
         and not exists (select 1 from operations
           where ${unfinishedIn('l')} and changes_roles and ends_access)`,
      [userIds],
    );
    return rows.map(({ userId }) => userId);
  }
}
