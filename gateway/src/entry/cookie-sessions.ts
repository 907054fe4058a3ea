import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DashboardSession, SessionView } from '@turnpike/contracts';
import { Database, Problem, type Statements } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { GatewayConfig, publicPath } from '../config.js';
import { decrypt, encrypt } from '../ledger/cipher.js';
import { RootKey } from '../ledger/root-key.js';
import { Services } from '../run/services.js';

/*
 * Sessions of the dashboard: a browser has a cookie that scripts cannot read, and the access and refresh token that
 * it stands for stay here, sealed. Whoever reads the table has neither a cookie, of which it keeps the hash, nor a
 * token. A cookie is sent by itself, so whatever is not a plain read also needs a header that only the page can send.
 */

/**
 * `__Host-`: for this host alone, and never set by a neighbour or over a connection that is not trustworthy. It demands
 * the path `/`; below a path that a proxy adds, the cookie is for that path and not for what else the host serves.
 */
const NAME = { ofHost: '__Host-turnpike-ops', ofPath: '__Secure-turnpike-ops' };

/** How browsers know the cookie of this installation. */
class Cookie {
  private readonly name: string;
  private readonly path: string;
  private readonly form: RegExp;

  /** @param before the path that a proxy adds, or nothing */
  constructor(before: string) {
    this.name = before === '' ? NAME.ofHost : NAME.ofPath;
    this.path = before === '' ? '/' : before;
    this.form = new RegExp(`(?:^|;\\s*)${this.name}=([\\w-]{43})(?:;|$)`);
  }

  idIn({ headers }: FastifyRequest): string | null {
    return this.form.exec(headers.cookie ?? '')?.[1] ?? null;
  }

  set(id: string, maxAgeSeconds: number): string {
    return `${this.name}=${id}; Path=${this.path}; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Strict`;
  }
}

const CSRF_HEADER = 'x-csrf-token';
const SAFE_METHODS = ['GET', 'HEAD'];

const LIFETIME_SECONDS = 12 * 3600;
const IDLE = '30 minutes';

/** Seconds before its expiry from which on an access token is no longer used: longer than any request takes. */
const RENEW_BEFORE_SECONDS = 60;

/** Milliseconds for identity to answer: shorter than the others wait for the row, and than a transaction may idle. */
const RENEW_WITHIN_MS = 3000;

/** What the cookie alone tells; roles stand in the token. */
export type CookieSession = Omit<DashboardSession, 'roles'>;

type Tokens = Pick<SessionView, 'accessToken' | 'refreshToken'>;

interface SessionRow {
  tokens: string;
  isFresh: boolean;
}

const ALIVE = `id = $1 and expires_at > now() and last_used_at > now() - interval '${IDLE}'`;
const ROW = 'tokens, renew_at > now() as "isFresh"';

@Injectable()
export class CookieSessions {
  private readonly cookie: Cookie;

  constructor(
    private readonly database: Database,
    private readonly services: Services,
    private readonly root: RootKey,
    config: GatewayConfig,
  ) {
    this.cookie = new Cookie(publicPath(config));
  }

  /** Keeps a session of identity's. @returns the header that gives the browser its cookie, and what its page needs */
  async begin(session: SessionView): Promise<{ setCookie: string; view: CookieSession }> {
    const id = randomBytes(32).toString('base64url');
    const hash = hashOf(id);
    // Whoever signs in clears up behind the others, so that no job has to.
    await this.database.query('delete from ops_sessions where expires_at < now()');
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
    const hash = hashOf(id);
    const rows = await this.database.query<SessionRow>(
      `update ops_sessions set last_used_at = now() where ${ALIVE} returning ${ROW}`,
      [hash],
    );
    if (!rows[0]) throw hasEnded();
    const tokens = rows[0].isFresh ? this.unseal(rows[0].tokens, hash) : await this.renew(hash);
    if (!tokens) throw hasEnded();
    return tokens.accessToken;
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

  /** Forgets the request's session. @returns the header that takes the cookie away */
  async end(request: FastifyRequest): Promise<string> {
    const id = this.cookie.idIn(request);
    if (id) await this.database.query('delete from ops_sessions where id = $1', [hashOf(id)]);
    return this.cookie.set('', 0);
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
      const session = await this.refreshed(tokens);
      await (session ? this.keep(tx, hash, session) : forget(tx, hash));
      return session;
    });
  }

  private async refreshed({ refreshToken }: Tokens): Promise<SessionView | null> {
    const call = {
      method: 'POST',
      path: '/internal/sessions/refresh',
      body: { refreshToken },
      timeoutMs: RENEW_WITHIN_MS,
    } as const;
    return this.services.ask<SessionView>('identity', call).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'unauthenticated') return null;
      throw error;
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
