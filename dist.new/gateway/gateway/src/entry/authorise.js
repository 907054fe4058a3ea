"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ALLOWED = void 0;
exports.dependsOnOwner = dependsOnOwner;
exports.authorise = authorise;
const service_1 = require("../../../libs/service/src/index.js");
/** The whole of authorisation: who may do what. Every route names its action (`Allows`). */
exports.ALLOWED = {
    'user.register': ['anyone'],
    'user.update': ['owner', 'admin'],
    'user.change-password': ['owner'],
    'user.set-roles': ['admin'],
    'user.set-claims': ['admin'],
    'user.delete': ['owner', 'admin'],
    'user.restore': ['admin'],
    'customer.update': ['owner', 'admin'],
    'order.place': ['user'],
    'order.change': ['owner', 'admin'],
    'order.pay': ['owner', 'admin'],
    'order.cancel': ['owner', 'admin'],
    'order.ship': ['admin'],
    'order.deliver': ['admin'],
    'invoice.issue': ['owner', 'admin'],
    'invoice.void': ['admin'],
    'invoice.read': ['owner', 'admin'],
    'me.read': ['user'],
    'user.read': ['owner', 'admin'],
    'user.list': ['admin'],
    'customer.read': ['owner', 'admin'],
    'order.read': ['owner', 'admin'],
    'order.list': ['user'],
    'order.list-all': ['admin'],
    'operation.read': ['holder', 'owner', 'admin'],
    'operation.list': ['user'],
    'operation.cancel': ['owner', 'admin'],
    'operation.cancel-anothers': ['admin'],
    'session.begin': ['anyone'],
    'session.refresh': ['anyone'],
    'session.end': ['user'],
    ops: ['admin'],
};
/** @returns whether an action cannot be decided without knowing whose data it is about */
function dependsOnOwner(action) {
    return exports.ALLOWED[action].includes('owner');
}
/**
 * @param ownerId whose data it is; null where it does not exist or is nobody's
 * @throws Problem 404 where only the owner may (somebody else's and missing look the same), 403 where a role is
 *   missing
 */
function authorise(action, caller, ownerId) {
    const allowed = exports.ALLOWED[action];
    if (allowed.includes('anyone'))
        return;
    if (!caller)
        throw new service_1.Problem('unauthenticated');
    if (allowed.includes('user'))
        return;
    if (allowed.includes('owner') && caller.userId === ownerId)
        return;
    const isAdmin = caller.roles.includes('admin');
    if (isAdmin && allowed.includes('admin'))
        return;
    if (allowed.includes('owner') && !isAdmin)
        throw new service_1.Problem('not-found');
    throw new service_1.Problem('forbidden', isAdmin ? 'Only the user may do this.' : 'This needs the role admin.');
}
//# sourceMappingURL=authorise.js.map