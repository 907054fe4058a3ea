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
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
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
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var Ledger_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Ledger = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const announcer_js_1 = require("./announcer.js");
const admission_js_1 = require("./admission.js");
const causes_js_1 = require("./causes.js");
const cipher_js_1 = require("./cipher.js");
const claims = __importStar(require("./claim-statements.js"));
const data_keys_js_1 = require("./data-keys.js");
const keys_js_1 = require("./keys.js");
const execution_statements_js_1 = require("./execution-statements.js");
const lane_statements_js_1 = require("./lane-statements.js");
const lane_work_js_1 = require("./lane-work.js");
const leaving = __importStar(require("./leaving-statements.js"));
const outcomes_js_1 = require("./outcomes.js");
const register_js_1 = require("./register.js");
const releases = __importStar(require("./release-statements.js"));
const release_statements_js_1 = require("./release-statements.js");
const seals_js_1 = require("./seals.js");
const states_js_1 = require("./states.js");
const turns_js_1 = require("./turns.js");
/*
 * The ledger is the truth: what it does not say did not happen, and the queue is rebuilt from it.
 *
 * Every transaction locks the lane's row first, in a statement of its own, and looks only then, in new
 * statements; the lock is held to the commit. So for one user the order of `seq` is the order of commits, over
 * all gateways, without gaps. If the process dies half-way PostgreSQL rolls back, and if it dies after the
 * commit the reconciler finds what was released and never queued.
 *
 * What is personal is sealed here before it comes into a batch, and opened again after it: statements and batches
 * have it sealed only, and callers in the clear only.
 */
/** Milliseconds that a write waits to be written down: a client is told within 2 s that there is too much to do. */
const PATIENCE_MS = 1800;
let Ledger = Ledger_1 = class Ledger {
    constructor(database, dataKeys, seals, announcer) {
        this.database = database;
        this.dataKeys = dataKeys;
        this.seals = seals;
        this.announcer = announcer;
        this.logger = new common_1.Logger(Ledger_1.name);
        const turns = new turns_js_1.Turns();
        // What a worker has to say waits as long as it takes: nobody else can say it.
        this.admissions = (0, lane_work_js_1.batched)(database, admission_js_1.admission, {
            ...{ name: 'admission', turns, announcer },
            patienceMs: PATIENCE_MS,
        });
        this.claims = (0, lane_work_js_1.batched)(database, outcomes_js_1.claiming, { name: 'claim', turns, announcer });
        this.ends = (0, lane_work_js_1.batched)(database, outcomes_js_1.finishing, { name: 'end', turns });
        this.retries = (0, lane_work_js_1.batched)(database, outcomes_js_1.puttingBack, { name: 'retry', turns, announcer });
    }
    /**
     * Writes an operation down at the end of its lane, or says why not. What is accepted is durable. While spans are made
     * the operation goes on from that of its admission, whatever else it was asked with, and begins a trace where it was
     * not asked for in one.
     */
    admit({ operation, ...terms }) {
        return (0, service_1.inSpan)(admitting(operation), async (span) => {
            const traceparent = (0, service_1.activeTraceparent)() ?? operation.traceparent ?? (0, service_1.untracedTraceparent)();
            const admitted = await this.admitSealed({ ...terms, operation: { ...operation, traceparent } });
            span.setAttribute('turnpike.admission.outcome', admitted.outcome);
            return admitted;
        });
    }
    async admitSealed(request) {
        const { id, userId, kind, payload } = request.operation;
        if (kind === 'user.register')
            return this.admitNewUser(request);
        const at = { userId, operationId: id, field: 'payload' };
        const sealed = await this.seals.seal(kind, at, payload);
        return this.admissions.submit({ ...request, payload: sealed, dataKey: null });
    }
    /** The user's key is written down with the lane. */
    async admitNewUser(request) {
        const { id, userId, payload } = request.operation;
        const { key, wrapped } = this.dataKeys.fresh(userId);
        const sealed = (0, seals_js_1.sealWith)(key, { userId, operationId: id, field: 'payload' }, payload);
        const admitted = await this.admissions.submit({ ...request, payload: sealed, dataKey: wrapped });
        if (admitted.outcome === 'accepted')
            this.dataKeys.remember(userId, key);
        return admitted;
    }
    /** @returns what that key already stands for, so that a repeated request is not prepared a second time */
    findReplay(clientKey) {
        return (0, keys_js_1.findReplay)(this.database, clientKey);
    }
    /** Gives the operation to this worker, or null where it is not the head, has a live lease, or has ended. */
    async claim(userId, id, terms) {
        // Before the claim: a worker that cannot have the key now must not hold the operation until its lease expires.
        await this.dataKeys.find(userId);
        return this.opened(await this.claims.submit({ userId, id, ...terms }));
    }
    /** What cannot be read cannot be carried out: its lane waits for somebody to look at it. */
    async opened(claimed) {
        if (!claimed)
            return null;
        const { user_id: userId, id, epoch, steps } = claimed;
        try {
            const payload = await this.seals.open({ userId, operationId: id, field: 'payload' }, claimed.payload);
            if (payload)
                return { ...claimed, payload };
        }
        catch (error) {
            if (!(error instanceof cipher_js_1.Unreadable))
                throw error;
        }
        this.logger.error(`The lane of ${userId} is halted: ${id} cannot be read.`);
        await this.halt({ userId, id, epoch }, 'What the write holds cannot be read.', steps);
        return null;
    }
    /**
     * What the register says of the user of a claimed write, or null where it says nothing. While the claim holds no other
     * write of the lane ends, so what it says stays true until the write has ended.
     */
    register({ user_id: userId, payload }) {
        return (0, register_js_1.readRegister)(this.database, userId, payload);
    }
    /** Prolongs leases. @returns of the claims that hold, by their ids, whether they were prolonged */
    renew(held, leaseMs) {
        return claims.renew(this.database, held, leaseMs);
    }
    /**
     * Ends a claimed operation, and gives the lane's next one to the same worker, or releases it to the queue.
     * @param next the terms of the worker's next claim; null where it takes none
     * @returns null if the claim no longer holds, or the steps contradict the end
     */
    async finish(key, ending, next = null) {
        const finished = await this.ends.submit({ key, ending: await this.sealed(key, ending), next });
        if ((0, outcomes_js_1.erases)(ending))
            this.dataKeys.forget(key.userId);
        return finished && { ...finished, claimed: await this.opened(finished.claimed) };
    }
    async sealed(key, ending) {
        const { userId, id } = key;
        const seal = async (field, content) => content && this.seals.seal(ending.kind, { userId, operationId: id, field }, content);
        const { change } = ending;
        return {
            ...ending,
            result: await seal('result', ending.result),
            cause: await this.sealedCause(key, ending.cause),
            change: change && {
                before: await seal('before', change.before),
                after: await seal('after', change.after),
            },
        };
    }
    /** Puts a claimed operation back, to be tried again after `delayMs`. @returns null if the claim no longer holds */
    async retryLater(retry) {
        return this.retries.submit({ ...retry, cause: await this.sealedCause(retry.key, retry.cause) });
    }
    sealedCause({ userId, id }, cause = null) {
        return (0, causes_js_1.sealCause)(this.seals, { userId, operationId: id }, cause);
    }
    /** Halts the lane of a claim that holds. @returns whether it did */
    async halt(key, reason, steps, failure = null) {
        const cause = await this.sealedCause(key, failure);
        const halted = await this.database.statements(async (tx) => {
            await (0, lane_statements_js_1.lockLane)(tx, key.userId);
            if ((await claims.retry(tx, [{ key, delayMs: 0, problem: null, steps, cause }])).size === 0)
                return false;
            await (0, execution_statements_js_1.halt)(tx, key.userId, reason);
            return true;
        });
        this.announcer.tell([key.userId]);
        return halted;
    }
    /** Withdraws a write: at once while it is queued; in retry a worker has to close its steps first. */
    cancel(userId, operationId) {
        return this.database.statements(async (tx) => {
            await (0, lane_statements_js_1.lockLane)(tx, userId);
            const kind = await leaving.cancelQueued(tx, userId, operationId);
            if (kind) {
                const move = (0, states_js_1.admissionAtEnd)(kind, 'cancelled');
                await leaving.leaveLanes(tx, [{ userId, state: 'cancelled', count: 1, move }]);
                if (kind === 'user.register')
                    await (0, outcomes_js_1.rejectWaiting)(tx, userId);
                return { outcome: 'cancelled', releases: await (0, release_statements_js_1.releaseHead)(tx, userId) };
            }
            const release = await releases.requestCancel(tx, userId, operationId);
            return release
                ? { outcome: 'requested', releases: [release] }
                : { outcome: 'not-cancellable', releases: [] };
        });
    }
    /**
     * Marks a page of heads that are due and unclaimed as released again, unless another process does it now.
     * @param after where the page begins, null for the first
     * @param terms `turn` says whether to wait for that other process instead
     */
    releaseOverdue(after, { turn = 'now', ...terms }) {
        return this.database.statements(async (tx) => {
            if (!(await releases.lockReconciliation(tx, turn)))
                return { releases: [], next: null };
            return releases.releaseOverdue(tx, after, terms);
        });
    }
    /** Lets a page of the writes that wait for a service be tried now. @returns their releases */
    hurryRetries(service, limit, before) {
        return this.database.statements((tx) => releases.hurryRetries(tx, service, { limit, before }));
    }
};
exports.Ledger = Ledger;
exports.Ledger = Ledger = Ledger_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        data_keys_js_1.DataKeys,
        seals_js_1.Seals,
        announcer_js_1.Announcer])
], Ledger);
function admitting({ id, kind, userId }) {
    return () => ({
        name: `admit ${kind}`,
        parent: (0, service_1.activeContext)(),
        attributes: {
            'turnpike.operation.id': id,
            'turnpike.operation.kind': kind,
            'turnpike.lane': userId,
        },
    });
}
//# sourceMappingURL=ledger.js.map