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
exports.admission = void 0;
const admission_statements_js_1 = require("./admission-statements.js");
const keys_js_1 = require("./keys.js");
const lanes = __importStar(require("./lane-statements.js"));
const leaving = __importStar(require("./leaving-statements.js"));
const release_statements_js_1 = require("./release-statements.js");
const states_js_1 = require("./states.js");
exports.admission = {
    laneOf: userOf,
    async prepare(tx, batch) {
        const registered = batch.flatMap(({ operation: { userId }, dataKey }) => dataKey === null ? [] : [{ userId, dataKey }]);
        if (registered.length > 0)
            await lanes.openLanes(tx, registered);
        const followed = batch.filter(({ operation }) => (0, states_js_1.followsUser)(operation.kind));
        if (followed.length > 0)
            await lanes.ensureLanes(tx, followed.map(userOf));
    },
    async decide(tx, batch, locked) {
        const answers = new Map();
        const { places, bound } = await (0, admission_statements_js_1.takePlaces)(tx, batch.map(applicantOf));
        const lanesOf = await locked;
        const [inLanes, without] = partition(batch, (request) => lanesOf.has(userOf(request)));
        for (const request of without)
            refuse(answers, request, 'not-found');
        const [placed, others] = partition(inLanes, ({ operation }) => places.has(operation.id));
        const [refused, repeated] = partition(others, ({ clientKey, operation }) => !clientKey || bound.has(operation.id));
        for (const request of repeated)
            answers.set(request, (await (0, keys_js_1.findReplay)(tx, request.clientKey)));
        await answerRefused(tx, refused, answers);
        if (refused.length + repeated.length > 0)
            await leaveNothing(tx, [...refused, ...repeated]);
        for (const request of placed) {
            answers.set(request, await accepted(tx, request, places.get(request.operation.id)));
        }
        return answers;
    },
};
function partition(items, belongs) {
    return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
function applicantOf(request) {
    const { operation, payload, clientKey, maxDepth, deletedForMs } = request;
    const { kind } = operation;
    const terms = { ...(0, states_js_1.acceptanceOf)(kind), maxDepth: (0, states_js_1.depthLimitOf)(kind, maxDepth), deletedForMs };
    return { operation, payload, clientKey, terms };
}
/** Only says why: takePlaces has decided, and the lanes are locked. */
async function answerRefused(tx, refused, answers) {
    if (refused.length === 0)
        return;
    const states = await lanes.readLanes(tx, refused.map(userOf));
    for (const request of refused) {
        refuse(answers, request, refusalOf(states.get(userOf(request)), request.operation));
    }
}
function refusalOf({ admission: state }, { kind }) {
    switch (state) {
        case 'open':
            return kind === 'user.restore' || kind === 'user.purge' ? 'user-not-deleted' : 'lane-full';
        case 'deleting':
            return 'user-deleting';
        case 'deleted':
        case 'closed':
            return 'user-deleted';
    }
}
function refuse(answers, request, code) {
    answers.set(request, { outcome: 'refused', code });
}
/** Of what was not accepted neither a key nor a lane stays. */
async function leaveNothing(tx, batch) {
    const bindings = batch.flatMap(({ clientKey, operation: { id } }) => clientKey ? [{ clientKey, operationId: id }] : []);
    if (bindings.length > 0)
        await (0, keys_js_1.releaseKeys)(tx, bindings);
    const registered = batch.filter(({ operation }) => operation.kind === 'user.register');
    if (registered.length > 0)
        await lanes.removeLanes(tx, registered.map(userOf));
}
async function accepted(tx, request, place) {
    const { id, userId } = request.operation;
    const { seq, acceptance } = place;
    if (request.cancelsWaiting && (await cancelWaiting(tx, userId, seq))) {
        const position = await (0, admission_statements_js_1.readPosition)(tx, userId, seq);
        // Who has withdrawn all before it is the head.
        const releases = position.position === 0 ? await (0, release_statements_js_1.releaseHead)(tx, userId) : [];
        return { outcome: 'accepted', seq, releases, acceptance: { ...acceptance, ...position } };
    }
    const release = { userId, operationId: id, release: 1, delayMs: 0 };
    return { outcome: 'accepted', seq, acceptance, releases: acceptance.position === 0 ? [release] : [] };
}
/** @returns whether anything was withdrawn */
async function cancelWaiting(tx, userId, before) {
    const count = await leaving.cancelWaiting(tx, userId, before);
    if (count > 0)
        await leaving.leaveLanes(tx, [{ userId, state: 'cancelled', count }]);
    return count > 0;
}
function userOf({ operation }) {
    return operation.userId;
}
//# sourceMappingURL=admission.js.map