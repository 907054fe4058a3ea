import { Injectable, Logger } from '@nestjs/common';
import type { SessionView } from '@turnpike/protocol';
import { ClientPlaces, Fingerprints, type Hit, rateLimited, RateWindows, shortened } from '@turnpike/engine';
import { Problem, securityEvent } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import { SignInPlaces } from './known-origins.js';
import { FirstAdministrator } from './first-administrator.js';
import { ShopConfig } from '../config.js';
import { PasswordTurns } from './password-turns.js';

/*
 * Bounds the guessing of passwords. Failures are counted of an account from one place, of the account from all places
 * together, and of a place over all accounts. A check is counted as failed before it is made, and given back when it
 * was not: so many guesses at once are no way around. Whether there is such an account plays no part.
 *
 * Strangers cannot lock an owner out: what they do to the account, or to a place that they share with the owner,
 * does not count where the account has signed in before. There only the failures from that place for that account do.
 * And there its owner does not wait behind them either: see password-turns.ts.
 */

/** Milliseconds in which failures are counted together. */
const WINDOW_MS = 5 * 60_000;

/** As many times the failures of one account in one place may an account have from everywhere, and a place in all. */
const ALTOGETHER = 10;

/**
 * Milliseconds for which a refusal is repeated from memory. No longer: another process may have given hits back.
 */
const REPEAT_MS = 1000;

/** Pairs of account and place at a time; who is forgotten while at it gets turns of its own. */
const MAX_PAIRS = 10_000;

/** A quarter of the limit at once in each process: several processes together stay below it, too. */
const SHARE_AT_ONCE = 4;

/** Whose password is checked, and where that is asked for. */
interface Attempt {
  account: string;
  place: string;
  /** Whether a right password shows that the owner of the account is at that place. */
  isOwners: boolean;
}

interface Reservation {
  inPlace: Hit;
  ofAccount: Hit;
  ofPlace: Hit;
}

@Injectable()
export class SignInThrottle {
  private readonly logger = new Logger(SignInThrottle.name);
  private readonly limit: number;
  private readonly pairs = new LRUCache<string, LimitFunction>({ max: MAX_PAIRS });
  private readonly refused = new LRUCache<string, number>({ max: MAX_PAIRS, ttl: REPEAT_MS });

  constructor(
    private readonly windows: RateWindows,
    private readonly known: SignInPlaces,
    private readonly places: ClientPlaces,
    private readonly fingerprints: Fingerprints,
    private readonly firstAdministrator: FirstAdministrator,
    private readonly turns: PasswordTurns,
    { loginFailures }: ShopConfig,
  ) {
    this.limit = loginFailures;
  }

  /**
   * Makes a check of a password, unless too many have failed.
   * @param email in its normal form
   * @param check throws Problem `invalid-credentials` for a wrong password; what else it throws counts for nothing
   * @param isOwners whether that is the password of the account. Where anybody may have chosen what is compared, a success
   *   forgives no failures and makes no place known: it would open the account to as many guesses as one likes
   * @throws Problem `rate-limited`; `unavailable` for the first administrator before it is there, and where the failures cannot be counted, since then nobody could be
   *   stopped from guessing (and no token could be used either: that needs the same database)
   */
  async check<Result>(
    email: string,
    request: FastifyRequest,
    check: () => Promise<Result>,
    { isOwners = true }: { isOwners?: boolean } = {},
  ): Promise<Result> {
    this.firstAdministrator.assertNotAwaited(email);
    const told = (): Promise<Result> =>
      check().catch((error: unknown) => this.tellFailure(email, request, error));
    const place = this.places.of(request);
    if (this.limit === 0) return this.turns.take({ place, isKnown: false }, told);
    const attempt = { account: this.fingerprints.hash(accountOf(email)), place, isOwners };
    return this.inTurn(attempt, () => this.try(attempt, told));
  }

  /** Opens a session, unless too many attempts have failed. */
  async signIn(
    email: string,
    request: FastifyRequest,
    open: () => Promise<SessionView>,
  ): Promise<SessionView> {
    const session = await this.check(email, request, open);
    const { userId } = session;
    securityEvent('authn_login_success', { userId, subject: this.subjectOf(email) }, request);
    return session;
  }

  private tellFailure(email: string, request: FastifyRequest, error: unknown): never {
    if (isWrongPassword(error))
      securityEvent('authn_login_fail', { subject: this.subjectOf(email) }, request);
    throw error;
  }

  /** What the security log calls an account, whether there is such an account or not. */
  private subjectOf(email: string): string | undefined {
    return this.fingerprints.pseudonym(accountOf(email));
  }

  private async try<Result>(attempt: Attempt, check: () => Promise<Result>): Promise<Result> {
    const reservation = await this.reserve(attempt);
    const result = await this.checkInTurn(attempt, check).catch(async (error: unknown) => {
      if (!isWrongPassword(error)) await this.settle(() => this.giveBack(reservation));
      throw error;
    });
    await this.settle(() =>
      attempt.isOwners ? this.succeed(attempt, reservation) : this.giveBack(reservation),
    );
    return result;
  }

  /** @throws Problem `unavailable` where the check does not get its turn, and what the check throws */
  private async checkInTurn<Result>(
    { account, place }: Attempt,
    check: () => Promise<Result>,
  ): Promise<Result> {
    const isKnown = await this.known.isKnown(account, place);
    return this.turns.take({ place, isKnown }, check);
  }

  /** @throws Problem `rate-limited` */
  private async reserve(attempt: Attempt): Promise<Reservation> {
    const key = keyOf(attempt);
    const until = this.refused.get(key);
    if (until) throw refusal(until - performance.now());
    const reservation = await this.count(attempt);
    const leftMs = await this.exhausted(attempt, reservation);
    if (leftMs === null) return reservation;
    this.refused.set(key, performance.now() + leftMs);
    securityEvent('authn_login_lock', { subject: shortened(attempt.account) });
    await this.settle(() => this.giveBack(reservation));
    throw refusal(leftMs);
  }

  private async count(attempt: Attempt): Promise<Reservation> {
    const keys = [keyOf(attempt), `of account ${attempt.account}`, `of place ${attempt.place}`];
    const hits = await this.windows.hitEach(
      keys.map((key) => `failures ${key}`),
      WINDOW_MS,
    );
    const [inPlace, ofAccount, ofPlace] = hits as [Hit, Hit, Hit];
    return { inPlace, ofAccount, ofPlace };
  }

  /** @returns the milliseconds until the attempt may be made, or null if it may be made now */
  private async exhausted(
    attempt: Attempt,
    { inPlace, ofAccount, ofPlace }: Reservation,
  ): Promise<number | null> {
    if (inPlace.number > this.limit) return inPlace.leftMs;
    const over = [ofAccount, ofPlace].filter(({ number }) => number > ALTOGETHER * this.limit);
    if (over.length === 0 || (await this.known.isKnown(attempt.account, attempt.place))) return null;
    return Math.max(...over.map(({ leftMs }) => leftMs));
  }

  private async giveBack({ inPlace, ofAccount, ofPlace }: Reservation): Promise<void> {
    await this.windows.giveBack([inPlace, ofAccount, ofPlace].map((hit) => ({ hit, count: 1 })));
  }

  /** All failures of the account in that place are forgiven; elsewhere and of others nobody knows whose they were. */
  private async succeed(
    { account, place }: Attempt,
    { inPlace, ofAccount, ofPlace }: Reservation,
  ): Promise<void> {
    await this.windows.giveBack([
      { hit: inPlace, count: inPlace.number },
      ...[ofAccount, ofPlace].map((hit) => ({ hit, count: 1 })),
    ]);
    await this.known.remember(account, place);
  }

  /** Whatever became of the check is the answer: a count that stays too high does less harm than its loss. */
  private async settle(write: () => Promise<void>): Promise<void> {
    await write().catch((error: Error) => this.logger.warn(`A sign-in stays counted: ${error.message}`));
  }

  /**
   * Few checks of one account in one place are made at once by a process: as many right passwords at once as the
   * limit would otherwise look like guesses, before the first is known to be right.
   */
  private inTurn<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
    const key = keyOf(attempt);
    const turn = this.pairs.get(key) ?? pLimit(Math.ceil(this.limit / SHARE_AT_ONCE));
    this.pairs.set(key, turn);
    return turn(work);
  }
}

/** Whoever starts a system asks for its administrator until there is one; there is nothing to guess, and no guess. */
function accountOf(email: string): string {
  return `account ${email}`;
}

function keyOf({ account, place }: Attempt): string {
  return `${account} ${place}`;
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Problem && error.code === 'invalid-credentials';
}

function refusal(leftMs: number): Problem {
  return rateLimited(Math.max(1, Math.ceil(leftMs / 1000)));
}
