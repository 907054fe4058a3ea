"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Transaction = void 0;
exports.send = send;
const typeorm_1 = require("typeorm");
/** Sends one statement. @throws QueryFailedError, without the parameters: an error may be logged */
async function send(client, sql, parameters) {
    try {
        const { rows } = await client.query(sql, [...parameters]);
        return rows;
    }
    catch (error) {
        throw new typeorm_1.QueryFailedError(sql, undefined, error);
    }
}
/**
 * A batch is small beside its tables, which it enters by their indexes. What the planner would find out by planning
 * every statement anew in each connection, or guess wrong while a table is new and has no statistics, is said here.
 */
const BEGIN = `begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off`;
/** One transaction, read committed. */
class Transaction {
    /** @param entities of the same connection, for what is written as entities once the transaction has begun */
    constructor(client, entities) {
        this.client = client;
        this.entities = entities;
        this.begun = false;
        this.committed = null;
        /** Sends its statement together with the commit: the rows are answered once they are durable. */
        this.last = {
            query: async (sql, parameters = []) => {
                const [rows] = await Promise.all(this.together(() => [this.query(sql, parameters), this.commit()]));
                return rows;
            },
        };
    }
    /** The first brings the begin with it. */
    query(sql, parameters = []) {
        return this.together(() => {
            this.begin();
            return send(this.client, sql, parameters);
        });
    }
    /** Commits, unless it has been done. @throws if the server rolled back instead */
    commit() {
        this.committed ??= this.begun ? this.endWith('commit') : Promise.resolve();
        return this.committed;
    }
    /** After a failure. */
    async rollback() {
        if (this.begun)
            await this.endWith('rollback');
    }
    begin() {
        if (this.begun)
            return;
        this.begun = true;
        // If it fails, the connection is gone, and so does everything after it.
        this.client.query(BEGIN).catch(() => undefined);
    }
    async endWith(end) {
        const { command } = await this.client.query(end);
        // PostgreSQL answers the commit of a transaction in which something failed so, and not with an error.
        if (command !== end.toUpperCase())
            throw new Error(`The transaction ended with ${command}, not ${end}.`);
    }
    /** Sends in one packet: a write to a socket costs both sides about as much as a small statement. */
    together(sendAll) {
        const { stream } = this.client.connection;
        stream.cork();
        try {
            return sendAll();
        }
        finally {
            stream.uncork();
        }
    }
}
exports.Transaction = Transaction;
//# sourceMappingURL=transaction.js.map