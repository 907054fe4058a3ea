"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RESTORED = void 0;
exports.registerOf = registerOf;
exports.readRegister = readRegister;
/**
 * @returns what the register says of that lane's user, or null where it says nothing: the user is not deleted, or was
 *   made beside the gateway and has a lane that takes nothing yet
 */
function registerOf({ admission, deletedAt, decidedAt }) {
    switch (admission) {
        case 'open':
        case 'deleting':
            return null;
        case 'deleted':
            return { register: 'deleted', ...(deletedAt && { deletedAt: deletedAt.toISOString() }) };
        case 'closed':
            return decidedAt && { register: 'purged' };
    }
}
/** What a `repair.user` holds that brings a restored user back to a service which has lost the restore. */
exports.RESTORED = { isRestored: true };
/** @returns what the register says of that user at the turn of a write that holds `payload` */
async function readRegister(ledger, userId, payload) {
    const [lane] = await ledger.query(`select admission, deleted_at as "deletedAt", decided_at as "decidedAt" from lanes where user_id = $1`, [userId]);
    if (!lane)
        return null;
    return lane.admission === 'open' && payload['isRestored'] ? { register: 'active' } : registerOf(lane);
}
//# sourceMappingURL=register.js.map