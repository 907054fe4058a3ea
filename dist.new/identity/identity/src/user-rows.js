"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.applied = applied;
exports.lockIfThere = lockIfThere;
exports.lockUser = lockUser;
exports.lockActiveUser = lockActiveUser;
exports.changeUser = changeUser;
exports.reload = reload;
const service_1 = require("../../libs/service/src/index.js");
const user_entity_js_1 = require("./user.entity.js");
/** What a step answers: the user as it left one. */
function applied(user, before) {
    return { body: (0, user_entity_js_1.userView)(user), before };
}
/** @returns the user in whatever state, held to the end of the transaction */
function lockIfThere(tx, id) {
    return tx.findOne(user_entity_js_1.User, { where: { id }, lock: { mode: 'pessimistic_write' } });
}
/** @throws Problem `not-found`, or `user-deleted` for a purged one: nothing can be done with what is left */
async function lockUser(tx, id) {
    const user = await lockIfThere(tx, id);
    if (!user)
        throw new service_1.Problem('not-found');
    if (user.state === 'purged')
        throw new service_1.Problem('user-deleted');
    return user;
}
/** @throws Problem `not-found`, `user-deleted`, or `version-conflict` */
async function lockActiveUser(tx, { userId, ifMatch }) {
    const user = await lockUser(tx, userId);
    if (user.state !== 'active')
        throw new service_1.Problem('user-deleted');
    (0, service_1.assertMatches)(ifMatch, user.version);
    return user;
}
/** Writes these columns, and with them the next version. @returns the row as it is now */
async function changeUser(tx, id, columns) {
    await tx.update(user_entity_js_1.User, id, columns);
    return reload(tx, id);
}
function reload(tx, id) {
    return tx.findOneByOrFail(user_entity_js_1.User, { id });
}
//# sourceMappingURL=user-rows.js.map