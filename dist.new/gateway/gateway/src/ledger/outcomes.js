"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __setModuleDefault = (this && this.__setModuleDefault) || (Object.create ? (function(o, v) {
    Object.defineProperty(o, "default", { enumerable: true, value: v });
}) : function(o, v) {
    o["default"] = v;
});
var __importStar = (this && this.__importStar) || (function () {
    var ownKeys = function(o) {
        ownKeys = Object.getOwnPropertyNames || function (o) {
            var ar = [];
            for (var k in o) if (Object.prototype.hasOwnProperty.call(o, k)) ar[ar.length] = k;
            return ar;
        };
        return ownKeys(o);
    };
    return function (mod) {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) for (var k = ownKeys(mod), i = 0; i < k.length; i++) if (k[i] !== "default") __createBinding(result, mod, k[i]);
        __setModuleDefault(result, mod);
        return result;
    };
})();
Object.defineProperty(exports, "__esModule", { value: true });
exports.puttingBack = exports.finishing = exports.claiming = void 0;
exports.erases = erases;
exports.rejectWaiting = rejectWaiting;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const claims = __importStar(require("./claim-statements.js"));
const end_statements_js_1 = require("./end-statements.js");
const erase_js_1 = require("./erase.js");
const leaving = __importStar(require("./leaving-statements.js"));
const release_statements_js_1 = require("./release-statements.js");
const states_js_1 = require("./states.js");
exports.claiming = {
    laneOf: ({ userId }) => userId,
    async decide(tx, batch) {
        const claimed = await claims.claim(tx.last, batch);
        return new Map(batch.map((request) => [request, claimed.get(request.id) ?? null]));
    },
};
exports.finishing = {
    laneOf: ({ key }) => key.userId,
    async decide(tx, batch) {
        const ended = await (0, end_statements_js_1.end)(batch.some(({ ending }) => isSpecial(ending)) ? tx : tx.last, batch.map(({ key, ending, next }) => ({
            ...{ key, ...ending, next },
            ...{
                move: (0, states_js_1.admissionAtEnd)(ending.kind, ending.state, ending.confirmed),
                proceeds: !isSpecial(ending),
            },
        })));
        for (const { key, ending } of batch) {
            if (isSpecial(ending) && ended.ended.has(key.id))
                await endSpecially(tx, key, ending, ended);
        }
        return new Map(batch.map((finish) => [finish, ended.ended.has(finish.key.id) ? finished(ended, finish.key) : null]));
    },
};
exports.puttingBack = {
    laneOf: ({ key }) => key.userId,
    async decide(tx, batch) {
        const released = await claims.retry(tx.last, batch);
        return new Map(batch.map((putBack) => [putBack, released.get(putBack.key.id) ?? null]));
    },
};
/** Ends that change other writes of their lane before it goes on. */
function isSpecial(ending) {
    return (ending.kind === 'user.register' && ending.state !== 'succeeded') || erases(ending);
}
/** @returns whether nothing personal of the user may be left in the ledger after it */
function erases({ kind, state, confirmed }) {
    return state === 'succeeded' && (kind === 'user.purge' || confirmed === 'absent');
}
async function endSpecially(tx, key, ending, { released }) {
    if (erases(ending))
        await (0, erase_js_1.erase)(tx, key);
    else
        await rejectWaiting(tx, key.userId);
    for (const [userId, release] of await (0, release_statements_js_1.releaseHeads)(tx, [key.userId]))
        released.set(userId, release);
}
/** The user was never made: what waits is never carried out, and nothing of it is ever read. */
async function rejectWaiting(tx, userId) {
    await (0, erase_js_1.destroyKey)(tx, userId);
    const count = await leaving.rejectWaiting(tx, userId, (0, contracts_1.problemBody)('user-deleted'));
    if (count > 0)
        await leaving.leaveLanes(tx, [{ userId, state: 'rejected', count }]);
}
function finished({ claimed, released }, { userId }) {
    const release = released.get(userId);
    return { claimed: claimed.get(userId) ?? null, releases: release ? [release] : [] };
}
//# sourceMappingURL=outcomes.js.map