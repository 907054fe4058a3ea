import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Effect, EFFECTS, isOfSystem } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { LRUCache } from 'lru-cache';
import { gathered } from '../support/batch-reads.js';
import { decrypt, encrypt, KEY_BYTES } from './cipher.js';
import { RootKey } from './root-key.js';

/*
 * One key for each user, under which everything personal of the user's lane is sealed. It is made with the lane, or
 * with the first write in a lane that has none yet, never in a closed one; it goes with the purge, in the transaction
 * that erases the rest. What anybody has copied of the ledger before cannot be read with the ledger after.
 */

/** Some 400 bytes each. Users beyond these are read again: one statement for all that are asked for at once. */
const MAX_KEPT = 20_000;

/**
 * How long a process may remember the key of a user whom another has purged. Asking each time whether the key is still
 * there would cost every write a round trip, for the sake of writes that the lane refuses anyway.
 */
const KEPT_MS = 60_000;

export interface FreshKey {
  key: KeyObject;
  /** As it is kept in the ledger. */
  wrapped: string;
}

interface KeyRow {
  userId: string;
  wrapped: string;
}

@Injectable()
export class DataKeys {
  private readonly kept = new LRUCache<string, KeyObject>({ max: MAX_KEPT, ttl: KEPT_MS });
  private readonly read = gathered((userIds) => this.readAll(userIds));
  private readonly make = gathered((userIds) => this.makeAll(userIds));

  constructor(
    private readonly database: Database,
    private readonly root: RootKey,
  ) {}

  /** @returns the user's key, or null where there is none, or none any more */
  async find(userId: string): Promise<KeyObject | null> {
    return this.kept.get(userId) ?? this.unwrapped(userId, await this.read(userId));
  }

  /** The same, and makes one where the lane has none. @returns null where there is no lane, or a closed one */
  async findOrMake(userId: string): Promise<KeyObject | null> {
    const known = await this.find(userId);
    // Whoever was faster has made the one that counts.
    return known ?? this.unwrapped(userId, await this.make(userId)) ?? this.find(userId);
  }

  /** @returns a key for a user who is only about to have a lane; with that it is written down */
  fresh(userId: string): FreshKey {
    const bytes = randomBytes(KEY_BYTES);
    const wrapped = encrypt(this.root.for('dataKeys'), bytes, keyContextOf(userId));
    return { key: createSecretKey(bytes), wrapped };
  }

  /** After the key is durable. */
  remember(userId: string, key: KeyObject): void {
    this.kept.set(userId, key);
  }

  /** After a purge by this process; others forget in a minute. */
  forget(userId: string): void {
    this.kept.delete(userId);
  }

  private unwrapped(userId: string, wrapped: string | null): KeyObject | null {
    if (wrapped === null) return null;
    const key = createSecretKey(decrypt(this.root.for('dataKeys'), wrapped, keyContextOf(userId)));
    this.remember(userId, key);
    return key;
  }

  private async readAll(userIds: string[]): Promise<Map<string, string>> {
    return wrappedByUser(
      await this.database.query<KeyRow>(
        `/* ledger.data-keys */ select user_id as "userId", wrapped from data_keys where user_id = any($1)`,
        [userIds],
      ),
    );
  }

  /** The lane's lock is shared with the other makers, and waited for: a purge must not leave a key behind. */
  private async makeAll(userIds: string[]): Promise<Map<string, string>> {
    return wrappedByUser(
      await this.database.query<KeyRow>(
        `/* ledger.make-data-keys */ with taking as materialized (
           select user_id from lanes where user_id = any($1) and admission <> 'closed' order by user_id for share
         )
         insert into data_keys (user_id, wrapped)
         select user_id, wrapped
         from unnest($1::uuid[], $2::text[]) as fresh (user_id, wrapped) join taking using (user_id)
         on conflict do nothing returning user_id as "userId", wrapped`,
        [userIds, userIds.map((userId) => this.fresh(userId).wrapped)],
      ),
    );
  }
}

function keyContextOf(userId: string): string {
  return `data key of ${userId}`;
}

function wrappedByUser(rows: readonly KeyRow[]): Map<string, string> {
  return new Map(rows.map(({ userId, wrapped }) => [userId, wrapped]));
}

/** What a row of the ledger is about, in the clear. */
export type Content = Record<string, unknown>;

/** The same as a row has it: sealed, or plain where it holds nothing personal or is older than the seals. */
export type Stored = string | Content;

/** Where it stands; nothing can be read in any other place. */
export interface SealedAt {
  userId: string;
  operationId: string;
  field: 'payload' | 'result' | 'before' | 'after' | 'cause';
}

/** Effects of what the system itself writes: it names users by their ids alone, and has to be readable without their keys. */
const PLAIN: ReadonlySet<Effect> = new Set(EFFECTS.filter(isOfSystem));

/** @returns whether writes with that effect hold something personal */
export function isPersonal(effect: Effect): boolean {
  return !PLAIN.has(effect);
}

/** Seals what is personal on its way into the ledger and opens it on its way out. */
@Injectable()
export class Seals {
  constructor(private readonly keys: DataKeys) {}

  /** @returns what the row shall have; null where the user has no key, and gets none any more */
  async seal(effect: Effect, at: SealedAt, content: Content): Promise<Stored | null> {
    return isPersonal(effect) ? this.sealAlways(at, content) : content;
  }

  /** The same, whatever kind of write it is about. */
  async sealAlways(at: SealedAt, content: Content): Promise<string | null> {
    const key = await this.keys.findOrMake(at.userId);
    return key && sealWith(key, at, content);
  }

  /**
   * @returns what was stored; null where that is null, or the user's key is gone
   * @throws Unreadable where it was changed, or moved there from another row
   */
  async open(at: SealedAt, stored: Stored | null): Promise<Content | null> {
    if (typeof stored !== 'string') return stored;
    const key = await this.keys.find(at.userId);
    return key && (JSON.parse(decrypt(key, stored, contextOf(at)).toString()) as Content);
  }
}

export function sealWith(key: KeyObject, at: SealedAt, content: Content): string {
  return encrypt(key, Buffer.from(JSON.stringify(content)), contextOf(at));
}

function contextOf({ userId, operationId, field }: SealedAt): string {
  return `${field} of ${operationId} of ${userId}`;
}
