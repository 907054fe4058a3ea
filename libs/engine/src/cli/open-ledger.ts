import { Database } from '@turnpike/service';
import type { GatewayConfig } from '../config.js';
import { databaseOptions } from '../ledger/database.js';
import { AccessEndings } from '../ledger/access-endings.js';
import { Announcer } from '../ledger/batching/batched-transactions.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { LaneViews } from '../queries/lanes.js';
import { Ledger } from '../ledger/ledger.js';
import { LedgerQueries } from '../queries/operations.js';
import { RootKey } from '../encryption/root-key.js';
import { DataKeys, Seals } from '../encryption/payload-encryption.js';

/** Milliseconds for the database to answer. */
const ANSWER_WITHIN_MS = 3000;

/** The ledger without a process around it: nothing of it begins to do anything by itself. */
export interface OpenLedger {
  database: Database;
  ledger: Ledger;
  queries: LedgerQueries;
  lanes: LaneViews;
  trail: AuditTrail;
  endings: AccessEndings;
  seals: Seals;
  /** Needed before anything that is sealed is opened. @throws Unreadable where DATA_KEY is not the ledger's */
  openKeys(): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error if the database is away, or older than this build */
export async function openLedger(config: GatewayConfig): Promise<OpenLedger> {
  const database = new Database({
    ...databaseOptions(config),
    applicationName: 'turnpike-ledger',
    poolSize: 4,
  });
  await reachable(database).catch(async (error: unknown) => {
    await database.onApplicationShutdown();
    throw error;
  });
  const root = new RootKey(database, config);
  const dataKeys = new DataKeys(database, root);
  const seals = new Seals(dataKeys);
  return {
    database,
    ledger: new Ledger(database, dataKeys, seals, new Announcer(database)),
    queries: new LedgerQueries(database, seals),
    lanes: new LaneViews(database),
    trail: new AuditTrail(database, seals),
    endings: new AccessEndings(database),
    seals,
    openKeys: () => root.open(),
    close: () => database.onApplicationShutdown(),
  };
}

async function reachable(database: Database): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const complaint =
      'The database of GATEWAY_DATABASE_URL does not answer, or lacks migrations (npm run migrate).';
    timer = setTimeout(() => reject(new Error(complaint)), ANSWER_WITHIN_MS);
  });
  await Promise.race([database.start(), late]).finally(() => clearTimeout(timer));
}
