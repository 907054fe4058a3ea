import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { DashboardSession, SessionView } from '@turnpike/protocol';
import { Database, Problem, type Statements } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { GatewayConfig, publicPath } from '../config.js';
import { decrypt, encrypt } from '../encryption/cipher.js';
import { RootKey } from '../encryption/root-key.js';
import { CookieTokens } from '../ports/cookie-tokens.js';
import { OperatorSignIn } from '../ports/operator-sign-in.js';
import { OpsCookie } from './ops-cookie.js';

/*
 * Sessions of the dashboard: a browser has a cookie that scripts cannot read, and the access and refresh token that
 * it stands for stay here, sealed. Whoever reads the table has neither a cookie, of which it keeps the hash, nor a
 * token. A cookie is sent by itself, so whatever is not a plain read also needs a header that only the page can send.
 */

const CSRF_HEADER = 'x-csrf-token';
const SAFE_METHODS = ['GET', 'HEAD'];

/** Said by the page when somebody uses it, at most once a minute; what it asks for by itself comes without. */
const ACTIVITY_HEADER = 'x-user-activity';

const LIFETIME_SECONDS = 12 * 3600;

/** Without a person's use: an open page asks again and again, and would never let its session end. */
const IDLE = '30 minutes';

/** Seconds before its expiry from which on an access token is no longer used: longer than any request takes. */
const RENEW_BEFORE_SECONDS = 60;

/** What the cookie alone tells; roles stand in the token. */
export type CookieSession = Omit<DashboardSession, 'roles'>;

type Tokens = Pick<SessionView, 'accessToken' | 'refreshToken'>;

interface SessionRow {
  tokens: string;
  isFresh: boolean;
}

interface Discarded {
  id: Buffer;
  tokens: string;
}

const OVER = `(expires_at <= now() or last_used_at <= now() - interval '${IDLE}')`;
const ALIVE = `id = $1 and not ${OVER}`;
const ROW = 'tokens, renew_at > now() as "isFresh"';

@Injectable()
export class CookieSessions extends CookieTokens {
  private readonly logger = new Logger(CookieSessions.name);
  private readonly cookie: OpsCookie;

  constructor(
    private readonly database: Database,
    private readonly signIn: OperatorSignIn,
    private readonly root: RootKey,
    config: GatewayConfig,
  ) {
    super();
    this.cookie = new OpsCookie(publicPath(config));
  }

  /** Keeps a session of identity's. @returns the header that gives the browser its cookie, and what its page needs */
  async begin(session: SessionView): Promise<{ setCookie: string; view: CookieSession }> {
    const id = randomBytes(32).toString('base64url');
    const hash = hashOf(id);
    // Whoever signs in clears up behind the others, so that no job has to.
    await this.discard(OVER, []);
    const rows = await this.database.query<{ expiresAt: Date }>(
      `insert into ops_sessions (id, user_id, tokens, renew_at, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $5))
       returning expires_at as "expiresAt"`,
      [hash, session.userId, this.seal(session, hash), renewAfter(session), LIFETIME_SECONDS],
    );
    return {
      setCookie: this.cookie.set(id, LIFETIME_SECONDS),
      view: { userId: session.userId, csrfToken: this.csrfTokenOf(id), expiresAt: iso(rows[0]!.expiresAt) },
    };
  }

  /**
   * @returns the access token of the request's session, or null where it has no cookie of ours
   * @throws Problem 401 where the session is over, 403 where the request may be another site's
   */
  async accessTokenOf(request: FastifyRequest): Promise<string | null> {
    const id = this.cookie.idIn(request);
    if (!id) return null;
    this.assertOwnPage(request, id);
    if (isUse(request)) await this.prolong(hashOf(id));
    return this.tokenOf(hashOf(id));
  }

  /** The same for an answer that goes on: that it does is no use of the session. */
  async accessTokenAgain(request: FastifyRequest): Promise<string | null> {
    const id = this.cookie.idIn(request);
    return id && this.tokenOf(hashOf(id));
  }

  /** @throws Problem 401 where the request has no session of ours */
  async view(request: FastifyRequest): Promise<CookieSession> {
    const id = this.cookie.idIn(request);
    const rows = id
      ? await this.database.query<{ userId: string; expiresAt: Date }>(
          `select user_id as "userId", expires_at as "expiresAt" from ops_sessions where ${ALIVE}`,
          [hashOf(id)],
        )
      : [];
    if (!id || !rows[0]) throw hasEnded();
    return { userId: rows[0].userId, csrfToken: this.csrfTokenOf(id), expiresAt: iso(rows[0].expiresAt) };
  }

  /** Ends the request's session, here and at identity. @returns the header that takes the cookie away */
  async end(request: FastifyRequest): Promise<string> {
    const id = this.cookie.idIn(request);
    if (id) await this.discard('id = $1', [hashOf(id)]);
    return this.cookie.set('', 0);
  }

  private async prolong(hash: Buffer): Promise<void> {
    await this.database.query(`update ops_sessions set last_used_at = now() where ${ALIVE}`, [hash]);
  }

  /** @throws Problem 401 where the session is over; what is left of it goes */
  private async tokenOf(hash: Buffer): Promise<string> {
    const [row] = await this.database.query<SessionRow>(`select ${ROW} from ops_sessions where ${ALIVE}`, [
      hash,
    ]);
    if (!row) await this.discard(`id = $1 and ${OVER}`, [hash]);
    const tokens = row && (row.isFresh ? this.unseal(row.tokens, hash) : await this.renew(hash));
    if (!tokens) throw hasEnded();
    return tokens.accessToken;
  }

  /** Forgets sessions, and ends each at identity: its refresh token would go on for days. */
  private async discard(which: string, values: readonly unknown[]): Promise<void> {
    const rows = await this.database.query<Discarded>(
      `delete from ops_sessions where ${which} returning id, tokens`,
      values,
    );
    await Promise.all(rows.map((row) => this.endAtIdentity(row)));
  }

  private async endAtIdentity({ id, tokens }: Discarded): Promise<void> {
    try {
      const sessionId = String(decodeJwt(this.unseal(tokens, id).accessToken)['sid']);
      await this.signIn.discard(sessionId);
    } catch (error) {
      this.logger.warn(
        `A session of the dashboard is over here and was not ended where it began, where it ends by itself in 14 days: ${(error as Error).message}`,
      );
    }
  }

  /**
   * New tokens for old. Under the row's lock, because a refresh token is spent once: a second use, by another tab or
   * process, would end the session; who comes second finds the new ones.
   * @returns null where identity has ended the session
   */
  private renew(hash: Buffer): Promise<Tokens | null> {
    return this.database.statements(async (tx) => {
      const rows = await tx.query<SessionRow>(`select ${ROW} from ops_sessions where ${ALIVE} for update`, [
        hash,
      ]);
      if (!rows[0]) return null;
      const tokens = this.unseal(rows[0].tokens, hash);
      if (rows[0].isFresh) return tokens;
      const session = await this.signIn.refresh(tokens.refreshToken);
      await (session ? this.keep(tx, hash, session) : forget(tx, hash));
      return session;
    });
  }

  private async keep(tx: Statements, hash: Buffer, session: SessionView): Promise<void> {
    await tx.query(
      'update ops_sessions set tokens = $2, renew_at = now() + make_interval(secs => $3) where id = $1',
      [hash, this.seal(session, hash), renewAfter(session)],
    );
  }

  private assertOwnPage({ method, headers }: FastifyRequest, id: string): void {
    if (SAFE_METHODS.includes(method)) return;
    const given = Buffer.from(String(headers[CSRF_HEADER] ?? ''));
    const expected = Buffer.from(this.csrfTokenOf(id));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Problem('forbidden', 'With a cookie, `X-CSRF-Token` is needed: read it at `/ops/session`.');
    }
  }

  /** Made of the session's secret and not stored: every tab of the session has the same one. */
  private csrfTokenOf(id: string): string {
    return createHmac('sha256', this.root.for('csrfTokens')).update(id).digest('base64url');
  }

  /** The session's hash is part of the context: a row's tokens are of no use in another row. */
  private seal({ accessToken, refreshToken }: Tokens, hash: Buffer): string {
    const text = JSON.stringify({ accessToken, refreshToken } satisfies Tokens);
    return encrypt(this.root.for('cookieSessions'), Buffer.from(text), contextOf(hash));
  }

  private unseal(sealed: string, hash: Buffer): Tokens {
    const text = decrypt(this.root.for('cookieSessions'), sealed, contextOf(hash));
    return JSON.parse(text.toString()) as Tokens;
  }
}

/**
 * Whether a person is behind it: by the page's word, by a click on a link (Fetch Metadata), or because something is
 * done. What goes by itself (polls, the stream, the page of the queues) is none of these.
 */
function isUse({ method, headers }: FastifyRequest): boolean {
  if (!SAFE_METHODS.includes(method)) return true;
  return headers[ACTIVITY_HEADER] === 'true' || headers['sec-fetch-user'] === '?1';
}

function contextOf(hash: Buffer): string {
  return `session ${hash.toString('base64url')}`;
}

async function forget(tx: Statements, hash: Buffer): Promise<void> {
  await tx.query('delete from ops_sessions where id = $1', [hash]);
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

function renewAfter({ expiresIn }: SessionView): number {
  return expiresIn - RENEW_BEFORE_SECONDS;
}

function iso(time: Date): string {
  return time.toISOString();
}

function hasEnded(): Problem {
  return new Problem('unauthenticated', 'The session has ended.');
}
