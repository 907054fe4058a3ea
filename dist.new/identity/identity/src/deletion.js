"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Deletion = void 0;
exports.deleteAgain = deleteAgain;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const sessions_js_1 = require("./sessions.js");
const user_rows_js_1 = require("./user-rows.js");
/**
 * An instant later than any access token of the user: they have microseconds, the column has milliseconds, and
 * the gateway takes a token that is younger than the deletion for one of the time after a restore.
 */
const AFTER_EVERY_TOKEN = `date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'`;
/** How a user is deleted softly, beside the lane too, and comes back; and what others are told of it. */
let Deletion = class Deletion {
    /**
     * The row and its address stay for a restore. Sessions end first, so that no token is younger than this. A user
     * who was deleted beside the lane is deleted without complaint, as of then: the other services follow.
     */
    async delete(tx, { userId, ifMatch }) {
        const user = await (0, user_rows_js_1.lockUser)(tx, userId);
        (0, service_1.assertMatches)(ifMatch, user.version);
        return markDeleted(tx, user);
    }
    /** @returns null for a user who is deleted or purged already. @throws Problem `not-found` */
    async deleteBeside(tx, id) {
        const user = await (0, user_rows_js_1.lockIfThere)(tx, id);
        if (!user)
            throw new service_1.Problem('not-found');
        return user.state === 'active' ? markDeleted(tx, user) : null;
    }
    /** Ended sessions stay ended. */
    async restore(tx, target) {
        const { id, state, version, deletedAt } = await (0, user_rows_js_1.lockUser)(tx, target.userId);
        if (state !== 'deleted')
            throw new service_1.Problem('user-not-deleted');
        (0, service_1.assertMatches)(target.ifMatch, version);
        const user = await (0, user_rows_js_1.changeUser)(tx, id, { state: 'active', deletedAt: null });
        return { ...(0, user_rows_js_1.applied)(user, { deletedAt }), tombstone: 'clear' };
    }
    async undoRestore(tx, id, before) {
        const { deletedAt } = before;
        await (0, user_rows_js_1.lockUser)(tx, id);
        await (0, sessions_js_1.revokeSessionsOf)(tx, id);
        const user = await (0, user_rows_js_1.changeUser)(tx, id, { state: 'deleted', deletedAt: new Date(deletedAt) });
        return { ...(0, user_rows_js_1.applied)(user), tombstone: 'set' };
    }
};
exports.Deletion = Deletion;
exports.Deletion = Deletion = __decorate([
    (0, common_1.Injectable)()
], Deletion);
/** Deletes a user whom the register has deleted before, as of then. @returns the row, and when the sessions ended */
async function deleteAgain(tx, id, deletedAt) {
    await (0, sessions_js_1.revokeSessionsOf)(tx, id);
    const [now] = await tx.query(`select ${AFTER_EVERY_TOKEN} as at`);
    const { at } = now;
    const again = await (0, user_rows_js_1.changeUser)(tx, id, {
        state: 'deleted',
        deletedAt: deletedAt === undefined ? at : new Date(deletedAt),
    });
    return { again, sessionsEndedAt: at.toISOString() };
}
/** Of one who is deleted already nothing changes but that sessions, should there be any, end. */
async function markDeleted(tx, user) {
    await (0, sessions_js_1.revokeSessionsOf)(tx, user.id);
    if (user.state === 'deleted')
        return { ...(0, user_rows_js_1.applied)(user), tombstone: 'set' };
    const deleted = await (0, user_rows_js_1.changeUser)(tx, user.id, { state: 'deleted', deletedAt: () => AFTER_EVERY_TOKEN });
    return { ...(0, user_rows_js_1.applied)(deleted), tombstone: 'set' };
}
//# sourceMappingURL=deletion.js.map