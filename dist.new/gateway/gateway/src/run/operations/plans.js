"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PLANS = void 0;
exports.stepsOf = stepsOf;
exports.deletedAt = deletedAt;
exports.confirmedState = confirmedState;
exports.changeOf = changeOf;
const contracts_1 = require("../../../../libs/contracts/src/index.js");
const sagas_js_1 = require("./sagas.js");
/** @returns the plan of a write that is one step, whose answer is the resource */
function singleStep(step) {
    return { steps: () => [step], result: (answers) => resource(answers[step]) };
}
const register = {
    steps: (_, relations) => (0, sagas_js_1.sagaOf)('register', relations),
    result: (answers) => resource(answers['identity.register']),
};
/** A change of names reaches every copy; a change of address frees the old one when all else is done. */
const update = {
    steps: ({ email, firstName, lastName }, relations) => {
        const copies = (0, sagas_js_1.copySteps)(relations);
        const renamed = firstName !== undefined || lastName !== undefined;
        return (0, sagas_js_1.sagaOf)('update', relations).filter((step) => {
            if (step === 'identity.release-email')
                return email !== undefined;
            return !copies.has(step) || renamed;
        });
    },
    result: (answers) => resource(answers['identity.update']),
};
const remove = { steps: (_, relations) => (0, sagas_js_1.sagaOf)('delete', relations), result: () => null };
/** Says what stays cancelled. */
const restore = {
    steps: (_, relations) => (0, sagas_js_1.sagaOf)('restore', relations),
    result: (answers) => {
        const user = resource(answers['identity.restore']);
        const staysCancelled = answers['ordering.restore-customer']?.['staysCancelled'] ?? [];
        return user && { ...user, staysCancelled };
    },
};
/** The erasure receipt: what was done to each relation, and to the user. */
const purge = {
    steps: (_, relations) => (0, sagas_js_1.sagaOf)('purge', relations),
    result: (answers) => ({ erasures: Object.values(answers).flatMap(erasuresOf) }),
};
const follow = {
    steps: (_, relations) => (0, sagas_js_1.followSaga)(relations),
    result: (answers) => ({ state: confirmedState(answers), ...erasuresIn(answers) }),
};
/** Where nobody is left to be followed the services have erased what was. */
function erasuresIn(answers) {
    if (confirmedState(answers) !== 'absent')
        return {};
    return { erasures: Object.values(answers).flatMap(erasuresOf) };
}
function erasuresOf(answer) {
    return answer['erasures'] ?? [];
}
/** Every kind of operation and the way in which it is carried out; the compiler refuses a kind without one. */
exports.PLANS = {
    'user.register': register,
    'user.update': update,
    'user.change-password': singleStep('identity.change-password'),
    'user.set-roles': singleStep('identity.set-roles'),
    'user.set-claims': singleStep('identity.set-claims'),
    'user.delete': remove,
    'user.restore': restore,
    'user.purge': purge,
    'customer.update': singleStep('ordering.update-customer'),
    'order.place': singleStep('ordering.place'),
    'order.change': singleStep('ordering.change'),
    'order.pay': singleStep('ordering.pay'),
    'order.cancel': singleStep('ordering.cancel'),
    'order.ship': singleStep('ordering.ship'),
    'order.deliver': singleStep('ordering.deliver'),
    'invoice.issue': singleStep('billing.issue-invoice'),
    'invoice.void': singleStep('billing.void-invoice'),
    'event.user-deleted': follow,
    'event.user-updated': follow,
    'repair.user': follow,
};
/**
 * @param relations those of the services that take part
 * @returns the steps of an operation of that kind, as the ledger writes them down
 */
function stepsOf(kind, payload, relations) {
    return exports.PLANS[kind].steps(payload, relations).map((name) => ({ name, service: contracts_1.STEPS[name].service }));
}
/** @returns the instant from which a deletion voids sessions, on identity's clock, which stamps its tokens */
function deletedAt(answers) {
    const answer = answers['identity.delete'] ?? answers[contracts_1.USER_CONFIRMED];
    const at = answer?.['sessionsEndedAt'] ?? answer?.['deletedAt'];
    return typeof at === 'string' ? at : undefined;
}
/** @returns how identity had the user at this operation's turn, or undefined where it was not asked */
function confirmedState(answers) {
    return answers[contracts_1.USER_CONFIRMED]?.['state'];
}
/** What the audit trail tells of a user, as far as somebody can still want it erased. */
const AUDITED = ['email', 'firstName', 'lastName', 'phone', 'deliveryAddress'];
/** @returns names and addresses before and after the operation, where it is one about them */
function changeOf(kind, answers) {
    if (!['user.register', 'user.update', 'customer.update'].includes(kind))
        return { before: null, after: null };
    const before = Object.values(answers).find((answer) => answer['before'])?.['before'];
    return { before: before ?? null, after: pick(exports.PLANS[kind].result(answers)) };
}
function pick(resource) {
    const entries = Object.entries(resource ?? {}).filter(([name]) => AUDITED.includes(name));
    return entries.length > 0 ? Object.fromEntries(entries) : null;
}
/** What a step says of the time before it is for the audit trail alone. */
function resource(answer) {
    if (!answer)
        return null;
    const { before: _before, ...rest } = answer;
    return rest;
}
//# sourceMappingURL=plans.js.map