"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Purge = void 0;
exports.eraseUser = eraseUser;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const credentials_js_1 = require("./credentials.js");
const emails_js_1 = require("./emails.js");
const sessions_js_1 = require("./sessions.js");
const personal_columns_js_1 = require("./personal-columns.js");
const user_rows_js_1 = require("./user-rows.js");
/**
 * The end of a deleted user: nothing personal is left in this database, the answers that Steps remembers included.
 * The row stays, so that its id is never given out again and nobody can restore what is not there.
 */
let Purge = class Purge {
    /**
     * The decision of the saga: once it is made, the other services erase what they have, and none of them refuses. Of a
     * user who is purged, or whose row is gone, it erases what is left. One who is not deleted is purged only where the
     * register says so: a backup may have brought the row back.
     * @throws Problem `user-not-deleted`
     */
    async purge(tx, call, { register }) {
        const user = await (0, user_rows_js_1.lockIfThere)(tx, call.userId);
        if (user?.state === 'active' && register !== 'purged')
            throw new service_1.Problem('user-not-deleted', 'Only a deleted user is purged.');
        return { body: { erasures: await eraseUser(tx, call, user) }, tombstone: 'set' };
    }
};
exports.Purge = Purge;
exports.Purge = Purge = __decorate([
    (0, common_1.Injectable)()
], Purge);
/**
 * @param user of the call, who may be purged already or not be there: then what is left of one is erased
 * @returns what was done to which table, and to what Steps remembers
 */
async function eraseUser(tx, call, user) {
    const { userId: id } = call;
    const isLeft = user !== null && user.state !== 'purged';
    if (isLeft)
        await makeStub(tx, id);
    const credential = user?.credentialId ?? null;
    return [
        { relation: 'identity.users', erased: isLeft ? 1 : 0, retained: 'id, dates and version' },
        { relation: 'identity.email_addresses', erased: await (0, emails_js_1.releaseEmails)(tx, id), retained: '' },
        { relation: 'identity.credentials', erased: await (0, credentials_js_1.removeCredential)(tx, credential), retained: '' },
        {
            relation: 'identity.sessions',
            erased: await (0, sessions_js_1.eraseSessionsOf)(tx, id),
            retained: `ids of those that ended in the last ${sessions_js_1.REVOCATIONS_KEPT}, by which their tokens are refused`,
        },
        { relation: 'identity.inbox', erased: await (0, service_1.forgetAnswers)(tx, call), retained: '' },
    ];
}
async function makeStub(tx, id) {
    await tx.query(`update users
     set state = 'purged', ${(0, service_1.erasing)(personal_columns_js_1.USER_COLUMNS)}, version = version + 1, updated_at = now(),
       deleted_at = coalesce(deleted_at, now())
     where id = $1`, [id]);
}
//# sourceMappingURL=purge.js.map