import type { components } from './api.js';
import { isProblem } from './problem.js';

/** What a session needs to be kept; whoever has it is the user. */
export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
  userId: string;
  /** By this machine's clock, in milliseconds since 1970. */
  expiresAt: number;
}

/** Where the tokens are kept. In a page memory is the safest place: what a script can read, a foreign one can, too. */
export interface TokenStorage {
  load(): SessionTokens | null | Promise<SessionTokens | null>;
  /** @param tokens null when the session is over */
  save(tokens: SessionTokens | null): void | Promise<void>;
  /**
   * Runs `work` while nobody else who has the same storage runs theirs. Tabs or processes that share one need it
   * (`navigator.locks`, say): a refresh token that is used twice ends the session.
   */
  exclusively?<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Until the page is left or the process ends. */
export function inMemory(): TokenStorage {
  let kept: SessionTokens | null = null;
  return {
    load: () => kept,
    save: (tokens) => {
      kept = tokens;
    },
  };
}

type SessionAnswer = components['schemas']['SessionView'];

/** An access token is renewed so long before its end: a request that has to wait in a queue still finds it valid. */
const RENEW_BEFORE_END_MS = 30_000;

/**
 * The session of one client. Its access token is renewed before it expires and when it was refused. However many
 * calls need a new one at the same time, the refresh token is spent once: its second use would end the session.
 */
export class Session {
  private renewal: Promise<SessionTokens | null> | null = null;

  constructor(
    private readonly storage: TokenStorage,
    private readonly refresh: (refreshToken: string) => Promise<SessionAnswer>,
  ) {}

  tokens(): SessionTokens | null | Promise<SessionTokens | null> {
    return this.storage.load();
  }

  async begin({ accessToken, refreshToken, expiresIn, userId }: SessionAnswer): Promise<SessionTokens> {
    const tokens = { accessToken, refreshToken, userId, expiresAt: Date.now() + expiresIn * 1000 };
    await this.storage.save(tokens);
    return tokens;
  }

  async end(): Promise<void> {
    await this.storage.save(null);
  }

  /** Whose session it is; null for nobody. */
  async userId(): Promise<string | null> {
    return (await this.storage.load())?.userId ?? null;
  }

  /**
   * @param userId whose request it is for
   * @returns a token, or null where nobody is signed in, or by now somebody else
   */
  async accessToken(userId: string): Promise<string | null> {
    const tokens = await this.storage.load();
    if (tokens?.userId !== userId) return null;
    const isFresh = Date.now() < tokens.expiresAt - RENEW_BEFORE_END_MS;
    return isFresh ? tokens.accessToken : this.renew(tokens);
  }

  /**
   * @param old whose it is, and the token that a newer one is needed for
   * @returns the newer one, or null where the user's session is over
   */
  async renew(old: Pick<SessionTokens, 'userId' | 'accessToken'>): Promise<string | null> {
    this.renewal ??= this.exclusively(() => this.exchange(old.accessToken)).finally(
      () => (this.renewal = null),
    );
    const tokens = await this.renewal;
    return tokens?.userId === old.userId ? tokens.accessToken : null;
  }

  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.storage.exclusively ? this.storage.exclusively(work) : work();
  }

  private async exchange(old: string): Promise<SessionTokens | null> {
    const tokens = await this.storage.load();
    // Another call or another tab was faster, or has signed out.
    if (tokens?.accessToken !== old) return tokens;
    const answer = await this.refresh(tokens.refreshToken).catch((error: unknown) => {
      if (isProblem(error, 'unauthenticated')) return null;
      throw error;
    });
    const now = await this.storage.load();
    // Signed out, or in as somebody else, while the answer was on its way: that stands.
    if (now?.refreshToken !== tokens.refreshToken) return now;
    if (answer) return this.begin(answer);
    await this.end();
    return null;
  }
}
