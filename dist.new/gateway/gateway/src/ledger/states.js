"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.EXECUTIONS = exports.ADMISSIONS = exports.END_STATES = exports.TRANSITIONS = void 0;
exports.isEnded = isEnded;
exports.acceptanceOf = acceptanceOf;
exports.admissionAtEnd = admissionAtEnd;
exports.depthLimitOf = depthLimitOf;
exports.followsUser = followsUser;
const contracts_1 = require("../../../libs/contracts/src/index.js");
/*
 * The state machine of an operation, as data. Who puts an operation into a state, and who gets it out if that
 * one dies:
 *
 *   queued     admission            the worker that claims it when it is the head of its lane (the reconciler
 *                                   releases a head that nobody was told of)
 *   running    a worker's claim     that worker; when its lease has expired, whoever claims it next
 *   retrying   the worker           the next claim, from nextAttemptAt on
 *   the rest   whoever ended it     nobody: they are final
 */
exports.TRANSITIONS = {
    queued: ['running', 'cancelled', 'rejected'],
    // running again: a claim that takes over from a worker whose lease expired.
    running: ['running', 'succeeded', 'failed', 'retrying', 'rejected', 'cancelled'],
    retrying: ['running'],
    succeeded: [],
    failed: [],
    cancelled: [],
    rejected: [],
};
exports.END_STATES = ['succeeded', 'failed', 'cancelled', 'rejected'];
function isEnded(state) {
    return exports.TRANSITIONS[state].length === 0;
}
/**
 * Whether a lane takes writes. `closed` is for ever: its user was never made, or is purged.
 * Apart from it stands `execution`: with one column for both, a pause and a resume would re-open a lane that
 * is deleting.
 */
exports.ADMISSIONS = ['open', 'deleting', 'deleted', 'closed'];
/** Whether a lane's writes are carried out: an operator pauses a lane, a contradiction halts it. */
exports.EXECUTIONS = ['running', 'paused', 'halted'];
/** What follows a change of the user that has happened already is never refused. */
const FOLLOWS = { in: exports.ADMISSIONS };
const ACCEPTANCE = {
    'user.delete': { in: ['open'], moves: { from: 'open', to: 'deleting' } },
    'user.restore': { in: ['deleted'] },
    // Closed from its acceptance on: a restore that came after it would find nothing to restore.
    'user.purge': { in: ['deleted'], moves: { from: 'deleted', to: 'closed' } },
    'event.user-deleted': { ...FOLLOWS, moves: { from: 'open', to: 'deleting' } },
    'event.user-updated': FOLLOWS,
    'repair.user': FOLLOWS,
};
/** @returns what the acceptance of an operation of that kind needs of the lane, and makes of it */
function acceptanceOf(kind) {
    return ACCEPTANCE[kind] ?? { in: ['open'] };
}
const AT_END = {
    'user.register': { success: null, otherwise: { from: exports.ADMISSIONS, to: 'closed' } },
    'user.delete': {
        success: { from: ['deleting'], to: 'deleted' },
        otherwise: { from: ['deleting'], to: 'open' },
    },
    // Of two restores the second must not open a lane that is deleting again.
    'user.restore': { success: { from: ['deleted'], to: 'open' }, otherwise: null },
    'user.purge': { success: null, otherwise: { from: ['closed'], to: 'deleted' } },
    // Only where an operator ends it: one that is carried out has asked how the user is.
    'event.user-deleted': {
        success: { from: ['deleting'], to: 'deleted' },
        otherwise: { from: ['deleting'], to: 'open' },
    },
};
/**
 * A lane agrees with its user, as a write that asked identity has found one. The ledger is the register of deletions:
 * what it has deleted or purged nothing but `user.restore` opens again. The one closed lane that opens is that of a user
 * about whom the register has never decided, who was made beside the gateway (see admissionAfter).
 */
const BY_USER = {
    active: { from: ['closed'], to: 'open' },
    deleted: { from: ['open', 'deleting', 'closed'], to: 'deleted' },
    absent: { from: ['open', 'deleting', 'deleted'], to: 'closed' },
};
/** An event that came late, after a restore, opens what its own acceptance has closed; another write does not. */
const LATE_DELETION = { from: ['deleting', 'closed'], to: 'open' };
/**
 * @param confirmed how identity had the user, where the operation asked
 * @returns what the end of an operation makes of its lane's admission, or null where it changes nothing
 */
function admissionAtEnd(kind, end, confirmed) {
    if (end === 'succeeded' && confirmed) {
        return kind === 'event.user-deleted' && confirmed === 'active' ? LATE_DELETION : BY_USER[confirmed];
    }
    return AT_END[kind]?.[end === 'succeeded' ? 'success' : 'otherwise'] ?? null;
}
/** @returns how many writes may wait before this one; null where any number may */
function depthLimitOf(kind, maxDepth) {
    // A purge comes when nothing is under way: a restore that waits must not find its user half erased.
    if (kind === 'user.purge')
        return 1;
    return kind === 'user.delete' || kind === 'user.restore' || (0, contracts_1.isSystemKind)(kind) ? null : maxDepth;
}
/** What makes the services agree with a user who was changed beside the lanes; there may be no lane yet. */
function followsUser(kind) {
    return acceptanceOf(kind).in.includes('closed');
}
//# sourceMappingURL=states.js.map