import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Effect, isOfSystem } from '@turnpike/protocol';
import { decrypt, encrypt } from './cipher.js';
import { DataKeys } from './data-keys.js';

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

/**
 * @returns whether writes with that effect hold something personal. What the system itself writes names users by their
 *   ids alone, and has to be readable when the user's key is gone.
 */
export function isPersonal(effect: Effect): boolean {
  return !isOfSystem(effect);
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
