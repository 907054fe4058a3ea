import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, hashSync, type Options, verify } from '@node-rs/argon2';
import { unavailable } from '@turnpike/service';
import pLimit from 'p-limit';

/** Argon2id (the library's default) with OWASP's parameters: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } satisfies Options;

/** Each takes a core for some 16 ms and 19 MiB: more at once would only slow each other down, and the rest. */
const AT_ONCE = 2;

/** What waits longer than this queue's 2 s would be given up by its caller, and be worked on for nobody. */
const MAX_WAITING = 250;

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
export function normalForm(password: string): string {
  return password.normalize('NFKC');
}
