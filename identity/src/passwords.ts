import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, hashSync, type Options, verify } from '@node-rs/argon2';
import { PASSWORD_LENGTH } from '@turnpike/contracts';
import { unavailable } from '@turnpike/service';
import { length } from 'class-validator';
import pLimit from 'p-limit';
import commonPasswords from './common-passwords.json';

/** Argon2id (the library's default) with OWASP's parameters: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } satisfies Options;

/** Each takes a core for some 16 ms and 19 MiB: more at once would only slow each other down, and the rest. */
const AT_ONCE = 2;

/** What waits longer than this queue's 2 s would be given up by its caller, and be worked on for nobody. */
const MAX_WAITING = 250;

/**
 * The 20,000 most common passwords of at least ten characters, in lower case: those of the 10 Million Password
 * List (Mark Burnett; OWASP SecLists, CC BY-SA 3.0) in the order of their frequency, then sorted.
 */
const COMMON = new Set(commonPasswords);

/** @returns what is wrong with a password that somebody wants to have, or null. */
export function complaintAbout(password: string): string | null {
  const { min, max } = PASSWORD_LENGTH;
  if (!length(password, min, max)) return `must have ${min} to ${max} characters`;
  if (COMMON.has(normalForm(password).toLowerCase())) return 'is on the list of common passwords';
  return null;
}

/** The parameters that a hash carries with it. */
const PARAMETERS = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/;

/** @returns whether the hash took less work than ARGON2 asks for, or was made in another way. */
export function isWeak(passwordHash: string): boolean {
  const [, memory, time] = PARAMETERS.exec(passwordHash) ?? [];
  return Number(memory ?? 0) < ARGON2.memoryCost || Number(time ?? 0) < ARGON2.timeCost;
}

/** Hashes and verifies passwords, off the event loop and only so many at once. */
@Injectable()
export class Passwords {
  private readonly limit = pLimit(AT_ONCE);
  /** What an unknown account is verified against, so that its answer takes as long as any other. */
  private readonly nobodysHash = hashSync(randomBytes(16), ARGON2);

  async hash(password: string): Promise<string> {
    return this.limited(() => hash(normalForm(password), ARGON2));
  }

  /** @returns whether that is the hashed password; without a hash the same work is done for a `false`. */
  async verify(password: string, passwordHash: string | undefined): Promise<boolean> {
    const matches = await this.limited(() => verify(passwordHash ?? this.nobodysHash, normalForm(password)));
    return matches && passwordHash !== undefined;
  }

  private async limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.limit.pendingCount >= MAX_WAITING) throw unavailable('Too many passwords are being checked.');
    return this.limit(work);
  }
}

/** Keyboards and systems compose the same characters differently (NIST SP 800-63B, 3.1.1.2). */
function normalForm(password: string): string {
  return password.normalize('NFKC');
}
