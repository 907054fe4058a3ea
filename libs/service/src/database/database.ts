import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg, { type Client, type Pool } from 'pg';
import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { FairPool, SessionClient } from './connections.js';
import { unavailable } from '../problems/problem.js';
import { grantRuntimeRole, HAS_TOO_MUCH, type RuntimeRole } from './runtime-role.js';
import { PATIENT, type SessionSettings } from './session-settings.js';
import { rowsOf, type Statements, Transaction } from './transaction.js';
import { isUnavailable } from '../problems/transient-errors.js';
import { WriteProof } from './write-proof.js';

export interface DatabaseOptions {
  url: string;
  entities: NonNullable<DataSourceOptions['entities']>;
  migrations: NonNullable<DataSourceOptions['migrations']>;
  /** Connections of this process (10). */
  poolSize?: number;
  applicationName: string;
  /** Whether a role that owns its tables is to be warned of (no). */
  production?: boolean;
}

/** Milliseconds between two attempts to reach a database that is away when the process starts. */
const RECONNECT_MS = 500;

/**
 * Milliseconds to get a connection, from the pool or new: a caller is told within 2 s that the database is away,
 * or too busy.
 */
const CONNECT_TIMEOUT_MS = 1800;

/**
 * Milliseconds for one statement, the wait for a lock included: the server gives it up, and soon after the client,
 * if the server does not even do that. A lane's lock is held for milliseconds; whoever waits that long waits for
 * somebody who hangs.
 */
const STATEMENT_TIMEOUT_MS = 4000;
const CLIENT_MARGIN_MS = 500;

/** One number for all of Turnpike's migrations: several starters on one database wait for each other. */
const MIGRATION_LOCK = 7_310_577;

/** Limits for statements that somebody waits for. */
const LIMITS: SessionSettings = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  lock_timeout: STATEMENT_TIMEOUT_MS,
  // Somebody who died between two statements must not keep a lane locked.
  idle_in_transaction_session_timeout: 5000,
};

/** @param queryTimeoutMs after which the client gives up a statement and its connection; without, it waits */
function dataSourceOf(
  options: DatabaseOptions,
  session: SessionSettings,
  queryTimeoutMs?: number,
): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool: FairPool },
    url: options.url,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    extra: {
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: queryTimeoutMs,
      session,
      Client: SessionClient,
      prepares: true,
      // See Transaction; whoever waits for each answer notices no difference.
      pipeline: true,
    },
  });
}

/**
 * The process' own database. It may be away when the process starts: `start` goes on trying, and until it
 * has succeeded every use is answered with `unavailable`.
 */
export class Database implements OnApplicationShutdown, Statements {
  private readonly logger = new Logger(Database.name);
  private readonly dataSource: DataSource;
  private stopped = false;
  private connected: Promise<void> | null = null;
  private usable = false;
  private readonly proof = new WriteProof(this, () => this.tables());

  constructor(private readonly options: DatabaseOptions) {
    this.dataSource = dataSourceOf(options, LIMITS, STATEMENT_TIMEOUT_MS + CLIENT_MARGIN_MS);
  }

  /** Begins to connect. @returns a promise that is fulfilled once the database is reachable and migrated. */
  start(): Promise<void> {
    this.connected ??= this.connect();
    return this.connected;
  }

  /** @throws Problem 503 before the database was reachable for the first time. */
  get manager(): EntityManager {
    if (!this.usable) throw unavailable('The database is not reachable yet.');
    return this.dataSource.manager;
  }

  /** Runs `work` in one transaction (read committed); what it throws rolls everything back. */
  transaction<Result>(work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    return this.manager.transaction(work);
  }

  /** The same for statements that are pipelined: what the ledger's batches and the services' steps are made of. */
  async statements<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const { client, runner } = await this.connection();
    const tx = new Transaction(client, runner.manager);
    // TypeORM's own begin waits for its answer, so it is not used; but without it no entity may be locked.
    Object.assign(runner, { isTransactionActive: true });
    try {
      const result = await work(tx);
      await tx.commit();
      return result;
    } catch (error) {
      await tx.rollback().catch(() => undefined);
      throw this.told(error, runner);
    } finally {
      await runner.release();
    }
  }

  /** @returns the rows of one prepared statement. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const { client, runner } = await this.connection();
    try {
      return await rowsOf<Row>(client.query(sql, [...parameters]), sql);
    } catch (error) {
      throw this.told(error, runner);
    } finally {
      await runner.release();
    }
  }

  /** @returns whether a write would be carried out now */
  async isReady(): Promise<boolean> {
    return this.usable && this.proof.holds();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.usable = false;
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async connection(): Promise<{ client: Client; runner: QueryRunner }> {
    const runner = this.manager.connection.createQueryRunner();
    try {
      return { client: (await runner.connect()) as Client, runner };
    } catch (error) {
      const told = this.told(error, runner);
      await runner.release();
      throw told;
    }
  }

  /** @returns what a failure on a connection is to its user */
  private told(error: unknown, runner: QueryRunner): unknown {
    const isAway = isUnavailable(error);
    if (isAway || runner.isReleased) this.proof.doubt();
    // The pool takes a connection back that is lost, and whoever uses it then is told that he has used it wrongly.
    return !runner.isReleased || isAway ? error : unavailable('The connection to the database was lost.');
  }

  private async warnOfPower(): Promise<void> {
    const [role] = await this.dataSource.query<{ hasTooMuch: boolean }[]>(HAS_TOO_MUCH);
    if (role?.hasTooMuch)
      this.logger.warn(
        "The database's role owns its tables, or has rights like an owner's: whoever takes this process over could drop them and rewrite " +
          'the audit trail. Give it a role that reads and writes rows alone (docs/deploying.md, "Two roles").',
      );
  }

  private async initialize(): Promise<void> {
    await this.dataSource.initialize();
    keepClean((this.dataSource.driver as PostgresDriver).master as Pool);
  }

  /** What the processes write to. */
  private tables(): string[] {
    return this.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  }

  private async connect(): Promise<void> {
    while (!this.stopped && !(await this.tryToConnect())) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  private async tryToConnect(): Promise<boolean> {
    try {
      if (!this.dataSource.isInitialized) await this.initialize();
      if (await this.dataSource.showMigrations()) {
        this.logger.warn('The database lacks migrations: run `npm run migrate`.');
        return false;
      }
      if (this.options.production) await this.warnOfPower();
      this.usable = true;
      return true;
    } catch (error) {
      this.logger.warn(`The database does not answer: ${(error as Error).message}`);
      return false;
    }
  }
}

/** A connection that comes back with a transaction or an answer to come would fail whoever gets it next, for ever. */
function keepClean(pool: Pool): void {
  pool.on('release', (_error, client) => {
    if (client instanceof SessionClient && !client.isClean) void client.end();
  });
}

/**
 * Brings a database up to date; of several that are called at once, one works and the others wait for it.
 * @param role gets the rights that processes need
 */
export async function migrate(options: DatabaseOptions, role: RuntimeRole | null = null): Promise<string[]> {
  // A migration reads whole tables, and waits for another starter's: neither has a time limit.
  const dataSource = dataSourceOf({ ...options, poolSize: 2 }, PATIENT);
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    if (role) await grantRuntimeRole((sql, parameters) => lock.query(sql, parameters), role);
    return done.map((migration) => migration.name);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}
