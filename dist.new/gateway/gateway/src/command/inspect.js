"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.inspectLane = inspectLane;
const operation_entity_js_1 = require("../ledger/operation.entity.js");
const states_js_1 = require("../ledger/states.js");
const contents_js_1 = require("./contents.js");
/** Operations that are shown. */
const LAST = 20;
/**
 * Tells in words how a lane stands.
 * @param reason why what people have written is to be shown, too; null where it is not
 * @returns null where there is no such lane
 */
async function inspectLane(open, userId, reason) {
    const [lane, counts] = await Promise.all([open.lanes.find(userId), open.queries.lane(userId)]);
    if (!lane || !counts)
        return null;
    const operations = await open.database.manager.find(operation_entity_js_1.Operation, {
        where: { userId },
        order: { seq: 'DESC' },
        take: LAST,
    });
    const head = lane.head && (await open.database.manager.findOneBy(operation_entity_js_1.Operation, { id: lane.head.id }));
    const succeeded = lane.lastSeq - lane.depth - counts.failed - counts.cancelled - counts.rejected;
    const lines = [
        `Lane of ${userId}: ${lane.state}${lane.paused ? ', paused' : ''}`,
        `  places given: ${lane.lastSeq}; waiting or under way: ${lane.depth}; succeeded: ${succeeded}, ` +
            `failed: ${counts.failed}, cancelled: ${counts.cancelled}, rejected: ${counts.rejected}`,
        ...whyItStands(lane, head),
        '',
        `The last ${operations.length} operations, the newest first`,
        ...table(operations),
    ];
    if (reason !== null)
        lines.push('', ...(await revealed(open, userId, operations, reason)));
    return `${lines.join('\n')}\n`;
}
function whyItStands(lane, head) {
    return [...standstillOf(lane), ...(head ? headOf(head) : ['  nothing waits'])];
}
/** Who stopped the lane, and why. */
function standstillOf({ paused, pausedBy, reason, state }) {
    const isHalted = state === 'halted';
    if (!paused && !isHalted)
        return [];
    const by = pausedBy ? ` by ${pausedBy}` : '';
    return [`  ${isHalted ? 'halted' : 'paused'}${by}: ${reason ?? 'no reason was given'}`];
}
/** What the lane waits for. */
function headOf(head) {
    const { id, seq, kind, state, attempts, problem, nextAttemptAt, leaseUntil, worker, createdAt } = head;
    return [
        `  head: place ${seq}, ${kind}, ${state}, ${id}`,
        `    accepted ${createdAt.toISOString()}, ${attempts} attempts`,
        ...(problem ? [`    because of ${problem.code}`] : []),
        ...(nextAttemptAt ? [`    next attempt ${nextAttemptAt.toISOString()}`] : []),
        ...(leaseUntil ? [`    carried out by ${worker}, until ${leaseUntil.toISOString()} at least`] : []),
    ];
}
const TITLES = ['place', 'kind', 'state', 'attempts', 'accepted', 'ended', 'problem', 'id'];
function table(operations) {
    const rows = [TITLES, ...operations.map(cellsOf)];
    const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
}
function cellsOf(operation) {
    const { seq, kind, state, attempts, createdAt, finishedAt, problem, id } = operation;
    const ended = (0, states_js_1.isEnded)(state) && finishedAt ? finishedAt.toISOString() : '–';
    return [
        String(seq),
        kind,
        state,
        String(attempts),
        createdAt.toISOString(),
        ended,
        problem?.code ?? '–',
        id,
    ];
}
async function revealed(open, userId, operations, reason) {
    await (0, contents_js_1.assertKeys)(open);
    await open.trail.append({ action: 'operation.reveal', userId, operationId: null, actorId: null, reason });
    const contents = await Promise.all(operations.map((operation) => (0, contents_js_1.contentsOf)(open, operation)));
    return operations.map(({ seq }, index) => `  place ${seq}: ${JSON.stringify(contents[index])}`);
}
//# sourceMappingURL=inspect.js.map