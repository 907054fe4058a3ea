import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { request } from 'undici';
import { unavailable } from './problem.js';
import { traceHeaders } from './tracing.js';

/** Milliseconds after which keys are read again, so that one that was removed opens nothing any more. */
const READ_AGAIN_MS = 300_000;

/** Milliseconds between two readings because of a key that is not known: anybody can invent its name. */
const UNKNOWN_KEY_MS = 60_000;

/** Milliseconds that nothing is tried after a reading that failed. */
const RETRY_MS = 1000;

const TIMEOUT_MS = 2000;

/**
 * The public keys that another process publishes. They stay in force while that process is away, however long: jose's
 * own set forgets them after a time, and would refuse good tokens when nobody can renew them. A new key is looked for
 * when a token names it, but once a minute at most; the count begins with such a look, not with the last reading, or
 * a key that changes shortly after a start would be refused for a minute.
 */
export class RemoteKeys {
  private known: { find: JWTVerifyGetKey; at: number } | null = null;
  private renewing: Promise<void> | null = null;
  private looking: Promise<boolean> | null = null;
  private lookedAt = -Infinity;
  private failedAt = -Infinity;

  /** @param owner whose keys they are, for the reader of a problem */
  constructor(
    private readonly url: string,
    private readonly owner: string,
  ) {}

  /**
   * The key that a token names, for jose.
   * @throws Problem 503 where it cannot be known whether there is such a key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.current();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.lookForNew())) throw error;
      return (await this.current())(header, token);
    }
  };

  private async current(): Promise<JWTVerifyGetKey> {
    if (!this.known || Date.now() - this.known.at >= READ_AGAIN_MS) await this.renew();
    if (!this.known) throw this.away();
    return this.known.find;
  }

  /** Reads the keys, once for all who wait. What goes wrong leaves those of before. */
  private async renew(): Promise<void> {
    if (Date.now() - this.failedAt < RETRY_MS) return;
    this.renewing ??= this.read()
      .catch(() => void (this.failedAt = Date.now()))
      .finally(() => (this.renewing = null));
    await this.renewing;
  }

  /** @returns whether the keys were read anew */
  private lookForNew(): Promise<boolean> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }

  private async look(): Promise<boolean> {
    const now = Date.now();
    if (now - this.failedAt < RETRY_MS) throw this.away();
    if (now - this.lookedAt < UNKNOWN_KEY_MS) return false;
    try {
      await this.read();
    } catch {
      this.failedAt = Date.now();
      throw this.away();
    }
    this.lookedAt = now;
    return true;
  }

  private async read(): Promise<void> {
    // On a connection of its own: one that was kept may lead to a process that was restarted with a new key.
    const answer = await request(this.url, {
      ...{ reset: true, signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: traceHeaders(),
    });
    const keys = (await answer.body.json()) as JSONWebKeySet;
    if (answer.statusCode !== 200) throw new Error(`the keys were answered with ${answer.statusCode}`);
    this.known = { find: createLocalJWKSet(keys), at: Date.now() };
  }

  private away(): Error {
    return unavailable(`The keys of ${this.owner} cannot be read.`);
  }
}
