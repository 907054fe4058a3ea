"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Database = void 0;
exports.migrate = migrate;
const common_1 = require("@nestjs/common");
const pg_1 = __importDefault(require("pg"));
const typeorm_1 = require("typeorm");
const fair_pool_js_1 = require("./fair-pool.js");
const preparing_client_js_1 = require("./preparing-client.js");
const problem_js_1 = require("./problem.js");
const session_client_js_1 = require("./session-client.js");
const transaction_js_1 = require("./transaction.js");
const unavailable_js_1 = require("./unavailable.js");
const write_proof_js_1 = require("./write-proof.js");
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
const LIMITS = {
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: STATEMENT_TIMEOUT_MS,
    // Somebody who died between two statements must not keep a lane locked.
    idle_in_transaction_session_timeout: 5000,
};
/** @param queryTimeoutMs after which the client gives up a statement and its connection; without, it waits */
function dataSourceOf(options, session, queryTimeoutMs) {
    return new typeorm_1.DataSource({
        type: 'postgres',
        driver: { ...pg_1.default, Pool: fair_pool_js_1.FairPool },
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
            Client: preparing_client_js_1.PreparingClient,
            // See Transaction; whoever waits for each answer notices no difference.
            pipeline: true,
        },
    });
}
/**
 * The process' own database. It may be away when the process starts: `start` goes on trying, and until it
 * has succeeded every use is answered with `unavailable`.
 */
class Database {
    constructor(options) {
        this.logger = new common_1.Logger(Database.name);
        this.stopped = false;
        this.connected = null;
        this.usable = false;
        this.proof = new write_proof_js_1.WriteProof(this, () => this.tables());
        this.dataSource = dataSourceOf(options, LIMITS, STATEMENT_TIMEOUT_MS + CLIENT_MARGIN_MS);
    }
    /** Begins to connect. @returns a promise that is fulfilled once the database is reachable and migrated. */
    start() {
        this.connected ??= this.connect();
        return this.connected;
    }
    /** @throws Problem 503 before the database was reachable for the first time. */
    get manager() {
        if (!this.usable)
            throw (0, problem_js_1.unavailable)('The database is not reachable yet.');
        return this.dataSource.manager;
    }
    /** Runs `work` in one transaction (read committed); what it throws rolls everything back. */
    transaction(work) {
        return this.manager.transaction(work);
    }
    /** The same for statements that are pipelined: what the ledger's batches and the services' steps are made of. */
    statements(work) {
        return this.onConnection(async (client, runner) => {
            const tx = new transaction_js_1.Transaction(client, runner.manager);
            // TypeORM's own begin waits for its answer, so it is not used; but without it no entity may be locked.
            Object.assign(runner, { isTransactionActive: true });
            try {
                const result = await work(tx);
                await tx.commit();
                return result;
            }
            catch (error) {
                await tx.rollback().catch(() => undefined);
                throw error;
            }
        });
    }
    /** @returns the rows of one prepared statement. */
    query(sql, parameters = []) {
        return this.onConnection((client) => (0, transaction_js_1.send)(client, sql, parameters));
    }
    /** @returns whether a write would be carried out now */
    async isReady() {
        return this.usable && this.proof.holds();
    }
    async onApplicationShutdown() {
        this.stopped = true;
        this.usable = false;
        if (this.dataSource.isInitialized)
            await this.dataSource.destroy();
    }
    async onConnection(work) {
        const runner = this.manager.connection.createQueryRunner();
        try {
            return await work((await runner.connect()), runner);
        }
        catch (error) {
            const isAway = (0, unavailable_js_1.isUnavailable)(error);
            if (isAway || runner.isReleased)
                this.proof.doubt();
            // The pool takes a connection back that is lost, and whoever uses it then is told that he has used it wrongly.
            if (!runner.isReleased || isAway)
                throw error;
            throw (0, problem_js_1.unavailable)('The connection to the database was lost.');
        }
        finally {
            await runner.release();
        }
    }
    async initialize() {
        await this.dataSource.initialize();
        keepClean(this.dataSource.driver.master);
    }
    /** What the processes write to. */
    tables() {
        return this.dataSource.entityMetadatas.map(({ tableName }) => tableName);
    }
    async connect() {
        while (!this.stopped && !(await this.tryToConnect())) {
            await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
        }
    }
    async tryToConnect() {
        try {
            if (!this.dataSource.isInitialized)
                await this.initialize();
            if (await this.dataSource.showMigrations()) {
                this.logger.warn('The database lacks migrations: run `npm run migrate`.');
                return false;
            }
            this.usable = true;
            return true;
        }
        catch (error) {
            this.logger.warn(`The database does not answer: ${error.message}`);
            return false;
        }
    }
}
exports.Database = Database;
/** A connection that comes back with a transaction or an answer to come would fail whoever gets it next, for ever. */
function keepClean(pool) {
    pool.on('release', (_error, client) => {
        if (client instanceof preparing_client_js_1.PreparingClient && !client.isClean)
            void client.end();
    });
}
/** Brings a database up to date; of several that are called at once, one works and the others wait for it. */
async function migrate(options) {
    // A migration reads whole tables, and waits for another starter's: neither has a time limit.
    const dataSource = dataSourceOf({ ...options, poolSize: 2 }, session_client_js_1.PATIENT);
    await dataSource.initialize();
    const lock = dataSource.createQueryRunner();
    try {
        await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
        const done = await dataSource.runMigrations({ transaction: 'each' });
        return done.map((migration) => migration.name);
    }
    finally {
        await lock.release();
        await dataSource.destroy();
    }
}
//# sourceMappingURL=database.js.map