"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.toView = toView;
exports.changedView = changedView;
exports.acceptedView = acceptedView;
exports.waitingView = waitingView;
const links_js_1 = require("./links.js");
/** @returns the operation as clients see it */
function toView(operation) {
    return {
        id: operation.id,
        kind: operation.kind,
        userId: operation.userId,
        actorId: operation.actorId,
        seq: operation.seq,
        state: operation.state,
        attempts: operation.attempts,
        target: { type: operation.targetType, id: operation.targetId },
        steps: operation.steps.map(({ name, service, state, attempts }) => ({ name, service, state, attempts })),
        createdAt: operation.createdAt.toISOString(),
        startedAt: operation.startedAt?.toISOString() ?? null,
        finishedAt: operation.finishedAt?.toISOString() ?? null,
        nextAttemptAt: operation.nextAttemptAt?.toISOString() ?? null,
        result: operation.result,
        problem: operation.problem,
        cause: operation.cause,
        ...(operation.retryOf && { retryOf: operation.retryOf }),
        links: (0, links_js_1.linksOf)(operation.id),
    };
}
/**
 * @param change the number of one of its changes (see changes.ts)
 * @returns the operation as it was from that change on. Of an earlier one is known what state it was in, how often it
 *   had been begun, and when first; not how far its steps had come, or why it was put back.
 */
function changedView(operation, change) {
    const now = toView(operation);
    if (change === operation.changes.at(-1))
        return now;
    const turn = Number(BigInt.asUintN(32, BigInt(change)));
    return {
        ...now,
        state: stateIn(turn),
        attempts: Math.ceil(turn / 2),
        steps: now.steps.map((step) => ({ ...step, state: 'pending', attempts: 0 })),
        startedAt: turn === 0 ? null : now.startedAt,
        ...{ finishedAt: null, nextAttemptAt: null, result: null, problem: null, cause: null },
    };
}
/** Of an operation that went on: claims are odd, retries even, and before all of them it came. */
function stateIn(turn) {
    if (turn === 0)
        return 'queued';
    return turn % 2 === 1 ? 'running' : 'retrying';
}
/** @returns a write as it was accepted, which is what a reader would have found at that instant */
function acceptedView(operation, { seq, acceptance }) {
    const accepted = {
        ...{ id: operation.id, kind: operation.kind, userId: operation.userId, actorId: operation.actorId, seq },
        ...{ state: 'queued', attempts: 0, targetType: operation.target.type, targetId: operation.target.id },
        steps: operation.steps.map(({ name, service }) => ({ name, service, state: 'pending', attempts: 0 })),
        ...{ createdAt: acceptance.createdAt, startedAt: null, finishedAt: null, nextAttemptAt: null },
        ...{ result: null, problem: null, cause: null, retryOf: operation.retryOf ?? null },
    };
    return { ...toView(accepted), waiting: waitingView(accepted, acceptance) };
}
/** @returns why a write that has not ended, and is not under way, has to wait */
function waitingView(operation, { execution, position, behind }) {
    const since = (operation.startedAt ?? operation.createdAt).toISOString();
    const expectedAt = operation.nextAttemptAt?.toISOString() ?? null;
    if (execution !== 'running')
        return { behind, position, reason: execution, since, expectedAt: null };
    return { behind, position, reason: reasonOf(operation), since, expectedAt };
}
/** The last problem of a write in retry says whether it was called at all. */
function reasonOf({ state, problem }) {
    if (state !== 'retrying')
        return 'turn';
    return problem?.['breaker'] ? 'breaker' : 'retry';
}
//# sourceMappingURL=views.js.map