// The keys of a ledger, as a process has them.
import type { Database } from '@turnpike/service';
import type { Pool } from 'pg';
import type { GatewayConfig } from '../../libs/engine/src/config.js';
import { RootKey } from '../../libs/engine/src/encryption/root-key.js';
import { DataKeys, Seals } from '../../libs/engine/src/encryption/payload-encryption.js';
import { secrets } from './servers.js';

export interface Keys {
  root: RootKey;
  dataKeys: DataKeys;
  seals: Seals;
}

export interface MasterKeys {
  dataKey?: string;
  previousDataKey?: string | null;
}

/** @throws Unreadable where those keys are not the ledger's */
export async function openKeys(database: Database, given: MasterKeys = {}): Promise<Keys> {
  const { dataKey = secrets().DATA_KEY, previousDataKey = null } = given;
  const root = new RootKey(database, { dataKey, previousDataKey } as GatewayConfig);
  await root.open();
  const dataKeys = new DataKeys(database, root);
  return { root, dataKeys, seals: new Seals(dataKeys) };
}

/** The same for a system that is looked at from outside, by its gateway's database. */
export function keysOf(gateway: Pool): Promise<Keys> {
  const query = async (sql: string, parameters?: unknown[]): Promise<unknown[]> =>
    (await gateway.query(sql, parameters)).rows;
  return openKeys({ query } as unknown as Database);
}
