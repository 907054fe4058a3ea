"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.exportOperations = exportOperations;
const node_events_1 = require("node:events");
const operation_entity_js_1 = require("../ledger/operation.entity.js");
const contents_js_1 = require("./contents.js");
/** Operations of one statement. */
const PAGE = 500;
/**
 * Writes operations down, one JSON object a line, in the order of users and places, page by page: what is accepted or
 * ends meanwhile may be in it or not, and nothing is in it twice.
 * @returns how many
 */
async function exportOperations(open, to, terms) {
    if (terms.reason !== null)
        await (0, contents_js_1.assertKeys)(open);
    let count = 0;
    let last;
    do {
        const page = await pageAfter(open, last, terms.userId);
        if (terms.reason !== null)
            await tellOf(open, page, last?.userId, terms.reason);
        for (const operation of page) {
            const contents = terms.reason !== null && (await (0, contents_js_1.contentsOf)(open, operation));
            await write(to, { ...lineOf(operation), ...(contents && { ...contents, problem: operation.problem }) });
        }
        count += page.length;
        last = page.length === PAGE ? page.at(-1) : undefined;
    } while (last);
    return count;
}
function pageAfter({ database }, last, userId) {
    const builder = database.manager.createQueryBuilder(operation_entity_js_1.Operation, 'o');
    if (userId)
        builder.andWhere('o.userId = :userId', { userId });
    if (last) {
        builder.andWhere('(o.userId, o.seq) > (:lastUser, :lastSeq)', {
            lastUser: last.userId,
            lastSeq: last.seq,
        });
    }
    return builder.orderBy('o.userId').addOrderBy('o.seq').limit(PAGE).getMany();
}
/** Of each user once, and before anything of the user is written. */
async function tellOf({ trail }, page, told, reason) {
    const userIds = new Set(page.map(({ userId }) => userId));
    if (told)
        userIds.delete(told);
    for (const userId of userIds) {
        await trail.append({ action: 'operation.reveal', userId, operationId: null, actorId: null, reason });
    }
}
/** Ids, states and times; of a problem its code, since its words may name somebody. */
function lineOf(operation) {
    const { id, userId, seq, kind, state, actorId, targetType, targetId, attempts, steps } = operation;
    const { createdAt, startedAt, finishedAt, nextAttemptAt, retryOf, problem } = operation;
    return {
        ...{ id, userId, seq, kind, state, actorId, target: { type: targetType, id: targetId } },
        ...{ attempts, createdAt, startedAt, finishedAt, nextAttemptAt, retryOf, steps },
        problem: problem && { code: problem.code, status: problem.status },
    };
}
/** Whoever reads slowly is waited for. */
async function write(to, line) {
    if (!to.write(`${JSON.stringify(line)}\n`))
        await (0, node_events_1.once)(to, 'drain');
}
//# sourceMappingURL=export.js.map