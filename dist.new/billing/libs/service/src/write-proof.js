"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.WriteProof = void 0;
const common_1 = require("@nestjs/common");
const in_time_js_1 = require("./in-time.js");
/** Milliseconds for which an answer holds: whoever asks how often, the database is asked once a second. */
const HOLDS_MS = 1000;
/** Milliseconds for a proof, the wait for a connection included; a write that takes longer is answered 503 as well. */
const PROVE_WITHIN_MS = 2000;
/**
 * A commit that is written to the log and copied to the standbys as every other, and leaves no row behind: it fails on
 * a standby, a full disk, and where the log does not get on. What only the rights or a setting would refuse is asked
 * for beside it. A write to a table would need one that all processes share, and leave a dead row each second.
 */
const PROVE = `/* ready.prove */
  select pg_logical_emit_message(true, 'turnpike.ready', '') is not null
     and not current_setting('transaction_read_only')::boolean
     and coalesce(bool_and(has_table_privilege(name, 'select') and has_table_privilege(name, 'insert')
       and has_table_privilege(name, 'update')), true) as proven
  from unnest($1::text[]) as tables (name)`;
/** Proves that a write would be carried out now. */
class WriteProof {
    /** @param tables those that have to be writable */
    constructor(statements, tables) {
        this.statements = statements;
        this.tables = tables;
        this.logger = new common_1.Logger(WriteProof.name);
        this.asked = null;
        /** Commits that hang keep their connections: with a new proof each second they would soon have all of the pool. */
        this.isUnanswered = false;
        this.complaint = null;
    }
    holds() {
        const now = performance.now();
        const isOver = now - (this.asked?.at ?? -Infinity) >= HOLDS_MS;
        if (!this.asked || (isOver && !this.isUnanswered))
            this.asked = { holds: this.prove(), at: now };
        return this.asked.holds;
    }
    /** Called when a statement found the database away: that it was there a moment ago says nothing any more. */
    doubt() {
        if (this.complaint === null && this.asked)
            this.asked.at = -Infinity;
    }
    async prove() {
        const complaint = await this.complain();
        if (complaint !== this.complaint)
            this.tell(complaint);
        this.complaint = complaint;
        return complaint === null;
    }
    async complain() {
        try {
            const [row] = await (0, in_time_js_1.inTime)(this.ask(), PROVE_WITHIN_MS, tooLate);
            return row.proven ? null : 'the server is read-only, or rights to a table are missing';
        }
        catch (error) {
            return error.message;
        }
    }
    async ask() {
        this.isUnanswered = true;
        try {
            return await this.statements.query(PROVE, [this.tables()]);
        }
        finally {
            this.isUnanswered = false;
        }
    }
    tell(complaint) {
        if (complaint)
            this.logger.warn(`Writes to the database would fail: ${complaint}`);
        else
            this.logger.log('The database takes writes again.');
    }
}
exports.WriteProof = WriteProof;
function tooLate() {
    return new Error(`no answer in ${PROVE_WITHIN_MS} ms`);
}
//# sourceMappingURL=write-proof.js.map