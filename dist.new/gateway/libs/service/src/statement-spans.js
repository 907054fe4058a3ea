"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.traceStatement = traceStatement;
exports.summaryOf = summaryOf;
const api_1 = require("@opentelemetry/api");
const tracing_js_1 = require("./tracing.js");
/** What names itself in a first comment. */
const NAMED = /^\/\* ([a-z.-]+) \*\//;
/** The first word, and the first table that something is read from or written to. */
const OPERATION = /^\s*(\w+)/;
const TABLE = /\b(?:from|into|update)\s+"?(\w+)"?/i;
/** Makes a span of a statement, from its being sent to its answer. It does not have the statement's text. */
function traceStatement(client, sql, send) {
    const summary = summaryOf(sql);
    const span = (0, tracing_js_1.startSpan)({
        name: summary,
        kind: api_1.SpanKind.CLIENT,
        attributes: {
            'db.system.name': 'postgresql',
            'db.query.summary': summary,
            'db.namespace': client.database,
            'server.address': client.host,
            'server.port': client.port,
        },
    });
    const answer = send();
    Promise.resolve(answer)
        .catch((error) => (0, tracing_js_1.fail)(span, error))
        .finally(() => span.end());
    return answer;
}
/** @returns the name that a statement gives itself, or what it does to which table */
function summaryOf(sql) {
    const [, name] = NAMED.exec(sql) ?? [];
    if (name)
        return name;
    const [, operation = 'statement'] = OPERATION.exec(sql) ?? [];
    const [, table] = TABLE.exec(sql) ?? [];
    return [operation.toUpperCase(), table].filter(Boolean).join(' ');
}
//# sourceMappingURL=statement-spans.js.map