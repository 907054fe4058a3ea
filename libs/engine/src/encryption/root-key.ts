import { type KeyObject, randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database, securityEvent, unavailable } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { decrypt, derive, encrypt, KEY_BYTES, Unreadable } from './cipher.js';

/** Milliseconds between two attempts while the database is away. */
const RETRY_MS = 500;

/** What DATA_KEY encrypts is this one value. */
const CONTEXT = 'root key';

/** What the root key is used for, each by a key of its own. */
const PURPOSES = {
  dataKeys: 'turnpike data keys',
  fingerprints: 'turnpike request fingerprints',
  cookieSessions: 'turnpike dashboard sessions',
  csrfTokens: 'turnpike dashboard csrf',
  webhookSecrets: 'turnpike webhook secrets',
  ledgerName: 'turnpike ledger name',
} as const;
export type Purpose = keyof typeof PURPOSES;

/**
 * The key over all others of this ledger: invented by the first process that ever starts, and kept in the ledger
 * encrypted with DATA_KEY. So a wrong DATA_KEY is found out at once and not by what it does, and a new DATA_KEY
 * changes this one row: neither the users' keys nor the fingerprints of requests, which have to stay the same.
 */
@Injectable()
export class RootKey implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RootKey.name);
  private keys: Record<Purpose, KeyObject> | null = null;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    void this.keepOpening();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
  }

  get isOpen(): boolean {
    return this.keys !== null;
  }

  /** @throws Problem 503 until the root key could be read */
  for(purpose: Purpose): KeyObject {
    if (!this.keys) throw unavailable('The keys of the ledger cannot be read yet.');
    return this.keys[purpose];
  }

  /**
   * Reads the root key, or makes it. Where it is still encrypted with the previous DATA_KEY it is encrypted anew.
   * @throws Unreadable if neither DATA_KEY opens it
   */
  async open(): Promise<void> {
    const current = encryptionKey(this.config.dataKey);
    await this.database.query('insert into root_key (wrapped) values ($1) on conflict do nothing', [
      encrypt(current, randomBytes(KEY_BYTES), CONTEXT),
    ]);
    const [row] = await this.database.query<{ wrapped: string }>('select wrapped from root_key');
    const root = await this.unwrap(row!.wrapped, current);
    const keys = Object.entries(PURPOSES).map(([purpose, label]) => [purpose, derive(root, label)]);
    this.keys = Object.fromEntries(keys) as Record<Purpose, KeyObject>;
  }

  private async unwrap(wrapped: string, current: KeyObject): Promise<Buffer> {
    const { previousDataKey } = this.config;
    try {
      return decrypt(current, wrapped, CONTEXT);
    } catch (error) {
      if (previousDataKey === null) throw error;
    }
    const root = decrypt(encryptionKey(previousDataKey), wrapped, CONTEXT);
    await this.database.query('update root_key set wrapped = $1, wrapped_at = now() where wrapped = $2', [
      encrypt(current, root, CONTEXT),
      wrapped,
    ]);
    this.logger.log('The root key is encrypted with the new DATA_KEY now: DATA_KEY_PREVIOUS can go.');
    return root;
  }

  /** The database may be away; a wrong key stays wrong, and the process is not ready. */
  private async keepOpening(): Promise<void> {
    await this.database.start();
    while (!this.stopped && !this.isOpen) {
      try {
        await this.open();
      } catch (error) {
        if (error instanceof Unreadable) {
          securityEvent('crypt_decrypt_fail');
          this.logger.fatal('DATA_KEY is not the key of this ledger: nothing is accepted or carried out.');
          return;
        }
        this.logger.warn(`The root key cannot be read: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

function encryptionKey(dataKey: string): KeyObject {
  return derive(Buffer.from(dataKey, 'base64'), 'turnpike root key');
}
