"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.callOf = callOf;
const contracts_1 = require("../../../../libs/contracts/src/index.js");
const sagas_js_1 = require("./sagas.js");
/** What the client sent is the body of the step. */
const payloadOnly = ({ payload }) => payload;
/** The step needs nothing but the lane's user. */
const nothing = () => ({});
/** The client's write of one resource, whose version it may have named. */
const write = { body: payloadOnly, checksVersion: true };
/** Every write to an order is one step of ordering, which knows the order's state. */
const orderWrite = {
    body: ({ payload, targetId }) => ({ ...payload, orderId: targetId }),
    checksVersion: true,
};
/** A copy of the user's name, taken from identity's answer and not from the request. */
const copyOfName = {
    body: (_, answers) => ({
        name: nameOf(answers['identity.register'] ?? answers['identity.update'] ?? {}),
    }),
    checksVersion: false,
};
const byUserAlone = { body: nothing, checksVersion: false };
/** The register's word, where it has one. */
const confirmUser = { body: ({ register }) => register ?? {}, checksVersion: false };
/** A purge is the register's word. */
const purgeUser = {
    body: () => ({ register: 'purged' }),
    checksVersion: false,
};
/** What identity said at this turn. */
const followUser = {
    body: (_, answers) => {
        const user = answers['identity.confirm'] ?? {};
        const state = user['state'];
        return state === 'absent' ? { state } : { state, name: nameOf(user) };
    },
    checksVersion: false,
};
/** The steps that are not a write of the client's, a copy of the name, or something that follows the user. */
const CALLS = {
    'identity.register': { ...write, checksVersion: false },
    'identity.update': write,
    // While the change could still be undone the old address stays reserved for its owner.
    'identity.release-email': byUserAlone,
    'identity.delete': { body: nothing, checksVersion: true },
    'identity.restore': { body: nothing, checksVersion: true },
    'identity.purge': purgeUser,
    'identity.confirm': confirmUser,
    'ordering.delete-customer': {
        body: (_operation, _answers, { paidOrders }) => ({ paidOrders }),
        checksVersion: false,
    },
    'ordering.restore-customer': byUserAlone,
    'ordering.purge-customer': byUserAlone,
    'ordering.place': orderWrite,
    'ordering.change': orderWrite,
    'ordering.pay': orderWrite,
    'ordering.cancel': orderWrite,
    'ordering.ship': orderWrite,
    'ordering.deliver': orderWrite,
};
const COPIES = (0, sagas_js_1.copySteps)(contracts_1.RELATIONS);
const FOLLOWERS = new Set(contracts_1.RELATIONS.map(({ follow }) => follow));
/** @returns how that step is sent */
function callOf(step) {
    if (COPIES.has(step))
        return copyOfName;
    if (FOLLOWERS.has(step))
        return followUser;
    return CALLS[step] ?? write;
}
function nameOf(user) {
    return `${String(user['firstName'])} ${String(user['lastName'])}`;
}
//# sourceMappingURL=calls.js.map