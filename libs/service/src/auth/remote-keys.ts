import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { Agent, type Dispatcher, request } from 'undici';
import { unavailable } from '../problems/problem.js';
import { traceHeaders } from '../process/tracing.js';

/** Milliseconds after which keys are read again, so that one that was removed opens nothing any more. */
const READ_AGAIN_MS = 300_000;

/**
 * Milliseconds for which a key stays in force after a reading that lacks it. While the owner's processes are given a new
 * key one after the other, those of before and those of after answer in turn, and either would take the other's tokens
 * away. A withdrawn key opens something for so much longer.
 */
const KEPT_MS = 60_000;

/** Milliseconds between two readings because of a key that is not known: anybody can invent its name. */
const UNKNOWN_KEY_MS = 250;

/** Milliseconds that nothing is tried after a reading that failed. */
const RETRY_MS = 1000;

const TIMEOUT_MS = 2000;

/**
 * The public keys that another process publishes. They stay in force while that process is away, however long: jose's
 * own set forgets them after a time, and would refuse good tokens when nobody can renew them. A key that is not known is
 * looked for, four times a second at most, and a token that names it waits for a reading that began after the token came: it
 * is refused only when there is no such key. To refuse it by what was read before would sign out every user whose token
 * has a new key, for as long as others send invented ones.
 */
export class RemoteKeys {
  private known: { find: JWTVerifyGetKey; at: number; until: number } | null = null;
  private keys: { key: JWK; until: number }[] = [];
  private renewing: Promise<void> | null = null;
  private looking: Promise<void> | null = null;
  private lookedAt = -Infinity;
  /** Whether the look that is under way has begun to read. */
  private isReading = false;
  private failedAt = -Infinity;

  /** Null for undici's own. */
  private readonly dispatcher: Dispatcher | null;

  /**
   * @param owner whose keys they are, for the reader of a problem
   * @param ca what the owner's certificate is verified with, as PEM; null for what comes with Node.js
   */
  constructor(
    private readonly url: string,
    private readonly owner: string,
    ca: string | null = null,
  ) {
    this.dispatcher = ca === null ? null : new Agent({ connect: { ca } });
  }

  /**
   * The key that a token names, for jose.
   * @throws Problem 503 where it cannot be known whether there is such a key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.current();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.lookForNew();
      return (await this.current())(header, token);
    }
  };

  private async current(): Promise<JWTVerifyGetKey> {
    if (!this.known || performance.now() - this.known.at >= READ_AGAIN_MS) await this.renew();
    if (!this.known) throw this.away();
    if (performance.now() >= this.known.until) this.put(this.known.at);
    return this.known.find;
  }

  /** Reads the keys, once for all who wait. What goes wrong leaves those of before. */
  private async renew(): Promise<void> {
    if (performance.now() - this.failedAt < RETRY_MS) return;
    this.renewing ??= this.read()
      .catch(() => void (this.failedAt = performance.now()))
      .finally(() => (this.renewing = null));
    await this.renewing;
  }

  /** Resolves when the keys were read by a reading that begins later than this call; many calls share one. */
  private async lookForNew(): Promise<void> {
    if (this.isReading) await this.looking?.catch(() => undefined);
    this.looking ??= this.look().finally(() => (this.looking = null));
    await this.looking;
  }

  private async look(): Promise<void> {
    if (performance.now() - this.failedAt < RETRY_MS) throw this.away();
    await pause(Math.max(0, this.lookedAt + UNKNOWN_KEY_MS - performance.now()));
    this.isReading = true;
    this.lookedAt = performance.now();
    try {
      await this.read();
    } catch {
      this.failedAt = performance.now();
      throw this.away();
    } finally {
      this.isReading = false;
    }
  }

  private async read(): Promise<void> {
    // On a connection of its own: one that was kept may lead to a process that was restarted with a new key.
    const answer = await request(this.url, {
      ...{ reset: true, signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: traceHeaders(),
      ...(this.dispatcher && { dispatcher: this.dispatcher }),
    });
    const keys = (await answer.body.json()) as JSONWebKeySet;
    if (answer.statusCode !== 200) throw new Error(`the keys were answered with ${answer.statusCode}`);
    // It throws where these are no keys, before they take the place of any.
    createLocalJWKSet(keys);
    this.take(keys.keys);
  }

  /** Those that were read are in force until a reading lacks them, and KEPT_MS longer. */
  private take(read: JWK[]): void {
    const now = performance.now();
    const names = new Set(read.map(({ kid }) => kid));
    const lacking = this.keys
      .filter(({ key }) => !names.has(key.kid))
      .map(({ key, until }) => ({ key, until: Math.min(until, now + KEPT_MS) }));
    this.keys = [...read.map((key) => ({ key, until: Infinity })), ...lacking];
    this.put(now);
  }

  /** Puts the keys in force whose time is not over. @param at when they were read */
  private put(at: number): void {
    this.keys = this.keys.filter(({ until }) => performance.now() < until);
    const find = createLocalJWKSet({ keys: this.keys.map(({ key }) => key) });
    this.known = { find, at, until: Math.min(...this.keys.map(({ until }) => until)) };
  }

  private away(): Error {
    return unavailable(`The keys of ${this.owner} cannot be read.`);
  }
}
