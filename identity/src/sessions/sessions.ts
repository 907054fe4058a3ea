import { Injectable, Logger } from '@nestjs/common';
import {
  ACCESS_TOKENS,
  type AccessClaims,
  type AccessEnded,
  type BeginSession,
  type EndAccess,
  type RevokedSessions,
} from '@turnpike/contracts';
import { type SessionView, HEADERS, type Role } from '@turnpike/protocol';
import { Database, Problem, securityEvent } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { isWeak, Passwords } from '../credentials/passwords.js';
import { AccessTokens, newRefreshToken, refreshTokenHash } from './tokens.js';

/*
 * Sessions. One is the family of refresh tokens that come from each other; each is spent once, and a second use
 * means that another party has it, so the whole family ends. The answer to a refresh may be lost, though, and its client
 * can only send the spent token again: for GRACE, and while the successor is unused, that gives another successor in
 * the place of the first, which is spent by it. A thief who is as quick gains nothing: of two that hold successors, one
 * holds a spent one, and ends the family with its next refresh. A unique index lets a session have one unspent token.
 *
 * What ends a user's sessions (a deletion, a change of roles or password) updates their rows under a lock of the
 * user's row; signing in holds that row, a refresh its session's. So a session is either seen and ended by
 * them or opened on what they left behind, and no access token is younger than the end of its session.
 *
 * The gateway ends a user's access when it accepts a write that does, and tells it here at once (`endAccess`), whatever
 * the write itself waits for. It counts how often it has: a session has the count at which it began, for its tokens.
 */

const SESSION_LIFETIME = '30 days';

/** How long a session goes on that is not refreshed: a device that was lost, or a client that nobody opens any more. */
const SESSION_IDLE = '14 days';

/** Sessions of one user at a time: more than anybody has devices, and no more rows than can be looked at and ended. */
export const MAX_SESSIONS = 100;

/** For a client whose answer was lost to ask again; longer would only help a thief. */
const GRACE = '10 seconds';

/** When a session began, for its tokens. */
const BEGAN_AT = `floor(extract(epoch from created_at))::float8 as "beganAt"`;

/** Longer than an access token lives, by what clocks and polls may be late. */
export const REVOCATIONS_KEPT = '20 minutes';

interface AccountRow {
  userId: string;
  credentialId: string;
  hash: string;
}

/** A session for which tokens may be given out. */
interface OpenSession {
  sid: string;
  userId: string;
  roles: Role[];
  /** Seconds since 1970. */
  beganAt: number;
  /** How often the user's access had been ended then. */
  epoch: number;
}

interface Grant {
  claims: AccessClaims;
  refreshToken: string;
}

@Injectable()
export class Sessions {
  private readonly logger = new Logger(Sessions.name);

  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly tokens: AccessTokens,
  ) {}

  /** @throws Problem `invalid-credentials`, whatever was wrong */
  async signIn({ email, password, client = '' }: BeginSession, requestId?: string): Promise<SessionView> {
    const account = await this.findAccount(email);
    const matches = await this.passwords.verify(password, account?.hash);
    if (!account || !matches) throw new Problem('invalid-credentials');
    const grant = await this.database.transaction(async (tx) => {
      const session = await openSession(tx, account, client);
      return session && grantFor(tx, session);
    });
    if (!grant) throw new Problem('invalid-credentials');
    securityEvent('session_created', { ...idsIn(grant), requestId });
    if (isWeak(account.hash)) await this.strengthen(account, password);
    return this.view(grant);
  }

  /** @throws Problem `unauthenticated` for a token that is unknown, spent, or of a session that is over */
  async refresh(refreshToken: string, requestId?: string): Promise<SessionView> {
    const hash = refreshTokenHash(refreshToken);
    // Null and not an exception: what a second use revokes must be committed.
    const grant = await this.database.transaction(async (tx) => {
      const session = await spend(tx, hash, requestId);
      return session && grantFor(tx, session, hash);
    });
    if (!grant) throw refusedToken();
    securityEvent('session_renewed', { ...idsIn(grant), requestId });
    return this.view(grant);
  }

  /** Ends a session; one that is over, or was never there, is nothing to tell of. */
  async end(sid: string, requestId?: string): Promise<void> {
    const userId = await revokeSession(this.database.manager, sid);
    if (userId) securityEvent('authn_token_revoked', { userId, sessionId: sid, requestId });
  }

  /**
   * Ends the sessions that began before the user's access was ended for the `epoch`th time; told again it changes nothing.
   * @returns the highest epoch that was told. It is higher than `epoch` where the gateway's ledger went back
   * @throws Problem `not-found`
   */
  endAccess(userId: string, { epoch, spare }: EndAccess): Promise<AccessEnded> {
    return this.database.transaction(async (tx) => {
      const [[user]] = await tx.query<[{ epoch: number }[], number]>(
        'update users set access_epoch = greatest(access_epoch, $2) where id = $1 returning access_epoch as epoch',
        [userId, epoch],
      );
      if (!user) throw new Problem('not-found');
      await revokeSessionsOf(tx, userId, { keep: spare, before: epoch });
      securityEvent('authn_token_revoked', { userId });
      return user;
    });
  }

  /** @returns the sessions that were revoked at `since` or later and may still have living access tokens. */
  async revokedSince(since: string): Promise<RevokedSessions> {
    const rows = await this.database.query<{ now: Date; revoked: string[] }>(
      `select now(), array(
         select id from sessions where revoked_at >= greatest($1, now() - interval '${REVOCATIONS_KEPT}')
       ) as revoked`,
      [since],
    );
    const { now, revoked } = rows[0]!;
    return { now: now.toISOString(), revoked };
  }

  /** Makes the hash anew, unless it has changed: only now is the password known. The sign-in does not hang on it. */
  private async strengthen({ credentialId, hash }: AccountRow, password: string): Promise<void> {
    try {
      const stronger = await this.passwords.hash(password);
      await this.database.query('update credentials set hash = $3 where id = $1 and hash = $2', [
        credentialId,
        hash,
        stronger,
      ]);
    } catch (error) {
      this.logger.warn(`A weak hash was left as it is: ${(error as Error).message}`);
    }
  }

  private async findAccount(email: string): Promise<AccountRow | undefined> {
    const rows = await this.database.query<AccountRow>(
      `select users.id as "userId", credential_id as "credentialId", hash
       from email_addresses
       join users on users.id = user_id
       join credentials on credentials.id = credential_id
       where email_addresses.email = $1 and not reserved and state = 'active'`,
      [email],
    );
    return rows[0];
  }

  private async view({ claims, refreshToken }: Grant): Promise<SessionView> {
    return {
      accessToken: await this.tokens.sign(claims),
      refreshToken,
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKENS.lifetime,
      userId: claims.sub,
    };
  }
}

function idsIn({ claims: { sub: userId, sid: sessionId } }: Grant): { userId: string; sessionId: string } {
  return { userId, sessionId };
}

/** Says what is refused: without the header the gateway takes a 401 for one of its own token. */
function refusedToken(): Problem {
  const headers = { [HEADERS.refusedCredential]: 'refresh-token' };
  return new Problem('unauthenticated', 'The refresh token is not valid.', {}, headers);
}

/** Ends the user's sessions, except the one to keep, and those that began in the epoch `before` or later. */
export async function revokeSessionsOf(
  tx: EntityManager,
  userId: string,
  { keep, before }: { keep?: string; before?: number } = {},
): Promise<void> {
  await tx.query(
    `update sessions set revoked_at = clock_timestamp()
     where user_id = $1 and revoked_at is null and id is distinct from $2 and ($3::integer is null or epoch < $3)`,
    [userId, keep ?? null, before ?? null],
  );
}

/**
 * Removes the user's sessions and all their refresh tokens. One that ended a short time ago stays as an id and its
 * times: its access tokens may still be alive, and are refused by whoever hears of its end.
 * @returns how many sessions there were
 */
export async function eraseSessionsOf(tx: EntityManager, userId: string): Promise<number> {
  await revokeSessionsOf(tx, userId);
  await tx.query(
    'delete from refresh_tokens using sessions where session_id = sessions.id and sessions.user_id = $1',
    [userId],
  );
  const [, count] = await tx.query<[unknown[], number]>(
    `update sessions set client = '' where user_id = $1`,
    [userId],
  );
  await tx.query(
    `delete from sessions where user_id = $1 and revoked_at < now() - interval '${REVOCATIONS_KEPT}'`,
    [userId],
  );
  return count;
}

/** @returns whose session it was, or null where none went on */
async function revokeSession(tx: EntityManager, sid: string): Promise<string | null> {
  const [ended] = await tx.query<[{ userId: string }[], number]>(
    `update sessions set revoked_at = clock_timestamp() where id = $1 and revoked_at is null
     returning user_id as "userId"`,
    [sid],
  );
  return ended[0]?.userId ?? null;
}

/** @returns a new session, or null if the account has changed since its password was checked */
async function openSession(
  tx: EntityManager,
  { userId, credentialId }: AccountRow,
  client: string,
): Promise<OpenSession | null> {
  const users = await tx.query<{ roles: Role[]; epoch: number }[]>(
    `select roles, access_epoch as epoch from users
     where id = $1 and credential_id = $2 and state = 'active' for share`,
    [userId, credentialId],
  );
  if (!users[0]) return null;
  const { roles, epoch } = users[0];
  await forgetExpiredSessions(tx, userId);
  await makeRoom(tx, userId);
  const sessions = await tx.query<{ id: string; beganAt: number }[]>(
    `insert into sessions (user_id, client, epoch, expires_at) values ($1, $2, $3, now() + interval '${SESSION_IDLE}')
     returning id, ${BEGAN_AT}`,
    [userId, client, epoch],
  );
  const { id: sid, beganAt } = sessions[0]!;
  return { sid, userId, roles, beganAt, epoch };
}

/** Whoever signs in clears up behind himself, so that no job has to. */
async function forgetExpiredSessions(tx: EntityManager, userId: string): Promise<void> {
  await tx.query(
    `delete from sessions where user_id = $1 and expires_at < now() - interval '${REVOCATIONS_KEPT}'`,
    [userId],
  );
}

/**
 * Ends all but the newest sessions of a user, so that with the one to come there are MAX_SESSIONS. Of two sign-ins at once
 * neither counts the other, and the next one makes up for it.
 */
async function makeRoom(tx: EntityManager, userId: string): Promise<void> {
  await tx.query(
    `update sessions set revoked_at = clock_timestamp() where id in (
       select id from sessions where user_id = $1 and revoked_at is null and expires_at > now()
       order by created_at desc, id offset ${MAX_SESSIONS - 1} for update skip locked
     )`,
    [userId],
  );
}

/**
 * Spends the token, or ends its session by a second use. Whatever is done with the tokens of a session is done under
 * its lock: without it two uses at once would each find the other's successor unused.
 * @returns its session if that is still open
 */
async function spend(tx: EntityManager, hash: Buffer, requestId?: string): Promise<OpenSession | null> {
  const [token] = await tx.query<{ sid: string }[]>(
    'select session_id as sid from refresh_tokens where hash = $1',
    [hash],
  );
  const session = token && (await lockSession(tx, token.sid));
  if (!session) return null;
  if (await spendOnce(tx, hash)) return prolonged(tx, session);
  await revokeSession(tx, session.sid);
  securityEvent('authn_token_reuse', { userId: session.userId, sessionId: session.sid, requestId });
  return null;
}

/** A refresh is the use of a session. Its end is what both limits say, so that nobody else has to know of two. */
async function prolonged(tx: EntityManager, session: OpenSession): Promise<OpenSession> {
  await tx.query(
    `update sessions set last_used_at = now(),
       expires_at = least(created_at + interval '${SESSION_LIFETIME}', now() + interval '${SESSION_IDLE}')
     where id = $1`,
    [session.sid],
  );
  return session;
}

/** Spends the token, and the successor that it had if that may be lost. @returns false for a second use */
async function spendOnce(tx: EntityManager, hash: Buffer): Promise<boolean> {
  const [spent] = await tx.query<[{ lost: Buffer | null }[], number]>(
    `update refresh_tokens t set spent_at = coalesce(spent_at, clock_timestamp())
     where hash = $1 and (spent_at is null or (spent_at > clock_timestamp() - interval '${GRACE}'
       and exists (select 1 from refresh_tokens next where next.hash = t.successor and next.spent_at is null)))
     returning successor as lost`,
    [hash],
  );
  if (!spent[0]) return false;
  await tx.query('update refresh_tokens set spent_at = clock_timestamp() where hash = $1', [spent[0].lost]);
  return true;
}

/** The roles are read in a statement of their own: one that also waits for the lock would see the past. */
async function lockSession(tx: EntityManager, sid: string): Promise<OpenSession | null> {
  const sessions = await tx.query<{ userId: string; beganAt: number; epoch: number }[]>(
    `select user_id as "userId", epoch, ${BEGAN_AT} from sessions
     where id = $1 and revoked_at is null and expires_at > now() for update`,
    [sid],
  );
  if (!sessions[0]) return null;
  const { userId, beganAt, epoch } = sessions[0];
  const users = await tx.query<{ roles: Role[] }[]>(
    `select roles from users where id = $1 and state = 'active'`,
    [userId],
  );
  return users[0] ? { sid, userId, roles: users[0].roles, beganAt, epoch } : null;
}

/**
 * Stores a new refresh token; the access token is dated while the session is still locked.
 * @param predecessor the token that was spent for it
 */
async function grantFor(
  tx: EntityManager,
  { sid, userId, roles, beganAt, epoch }: OpenSession,
  predecessor?: Buffer,
): Promise<Grant> {
  const refreshToken = newRefreshToken();
  const hash = refreshTokenHash(refreshToken);
  const rows = await tx.query<{ iat: number }[]>(
    `insert into refresh_tokens (hash, session_id) values ($1, $2)
     returning extract(epoch from clock_timestamp())::float8 as iat`,
    [hash, sid],
  );
  if (predecessor) {
    await tx.query('update refresh_tokens set successor = $2 where hash = $1', [predecessor, hash]);
  }
  const { iat } = rows[0]!;
  const claims = {
    sub: userId,
    sid,
    roles,
    auth_time: beganAt,
    epoch,
    iat,
    exp: iat + ACCESS_TOKENS.lifetime,
  };
  return { claims, refreshToken };
}
