"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PreparingClient = void 0;
const session_client_js_1 = require("./session-client.js");
const statement_spans_js_1 = require("./statement-spans.js");
const tracing_js_1 = require("./tracing.js");
/**
 * So many different statements of a process are prepared. A program has fewer of its own; what it builds from
 * lists of any length is not worth remembering.
 */
const MAX_PREPARED = 500;
const names = new Map();
/** What names itself in a first comment has that name in the database's views and logs, too. */
const NAMED = /^\/\* ([a-z.-]+) \*\//;
/** @returns a name for a statement, the same in all connections of the process; none where there are too many */
function nameOf(sql) {
    const known = names.get(sql);
    if (known || names.size === MAX_PREPARED)
        return known;
    const name = NAMED.exec(sql)?.[1] ?? `statement ${names.size}`;
    names.set(sql, name);
    return name;
}
/**
 * A connection that prepares each statement with parameters the first time and only names it from then on, whoever
 * sends it: what PostgreSQL does for a small statement is mostly to parse and plan it. A statement must list its
 * columns: a prepared `select *` fails on connections from before a migration.
 */
class PreparingClient extends session_client_js_1.SessionClient {
    constructor(config) {
        super(config);
        const query = this.query.bind(this);
        const preparing = (text, values, callback) => {
            const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
            return name ? query({ name, text, values }, callback) : query(text, values, callback);
        };
        const traced = (text, ...others) => {
            const send = () => preparing(text, ...others);
            return (0, tracing_js_1.isTracing)() && typeof text === 'string' ? (0, statement_spans_js_1.traceStatement)(this, text, send) : send();
        };
        this.query = traced;
    }
}
exports.PreparingClient = PreparingClient;
//# sourceMappingURL=preparing-client.js.map