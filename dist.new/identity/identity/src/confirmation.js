"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Confirmation = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const deletion_js_1 = require("./deletion.js");
const purge_js_1 = require("./purge.js");
const user_rows_js_1 = require("./user-rows.js");
/**
 * Says how a user is at this turn of the lane, for the other services to follow. The ledger is the register: where it
 * says that the user is deleted, purged or restored, identity is made to agree first, whatever a restored backup or a
 * row that was put in by hand says. The tombstone agrees with the answer from then on.
 */
let Confirmation = class Confirmation {
    /** @throws Problem `not-found` where the register has restored a user whom identity has lost */
    async confirm(tx, call, step) {
        const row = await (0, user_rows_js_1.lockIfThere)(tx, call.userId);
        const user = row?.state === 'purged' ? null : row;
        switch (step.register) {
            case 'purged':
                return user ? erased(tx, call, user) : absent(call);
            case 'deleted':
                return user ? deleted(tx, user, step) : absent(call);
            case 'active':
                return restored(tx, user);
            case undefined:
                return user ? seen(user) : absent(call);
        }
    }
};
exports.Confirmation = Confirmation;
exports.Confirmation = Confirmation = __decorate([
    (0, common_1.Injectable)()
], Confirmation);
function seen({ id, state, firstName, lastName, deletedAt }) {
    const body = { id, state, firstName, lastName, ...(deletedAt && { deletedAt: deletedAt.toISOString() }) };
    return { body, tombstone: state === 'active' ? 'clear' : 'set' };
}
function absent({ userId: id }) {
    return { body: { id, state: 'absent' }, tombstone: 'set' };
}
async function erased(tx, call, user) {
    const erasures = await (0, purge_js_1.eraseUser)(tx, call, user);
    return { body: { id: user.id, state: 'absent', erasures }, tombstone: 'set' };
}
async function deleted(tx, user, { deletedAt }) {
    if (user.state === 'deleted')
        return seen(user);
    const { again, sessionsEndedAt } = await (0, deletion_js_1.deleteAgain)(tx, user.id, deletedAt);
    const { body, tombstone } = seen(again);
    return { body: { ...body, sessionsEndedAt }, tombstone };
}
/** Nothing follows a user who is lost: what the other services have of one would be erased. */
async function restored(tx, user) {
    if (!user)
        throw new service_1.Problem('not-found', 'The register has this user as restored, identity has no such user.');
    if (user.state === 'active')
        return seen(user);
    return seen(await (0, user_rows_js_1.changeUser)(tx, user.id, { state: 'active', deletedAt: null }));
}
//# sourceMappingURL=confirmation.js.map