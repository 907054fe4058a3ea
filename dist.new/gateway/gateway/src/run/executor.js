"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var Executor_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Executor = void 0;
const node_crypto_1 = require("node:crypto");
const node_os_1 = require("node:os");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const cockatiel_1 = require("cockatiel");
const config_js_1 = require("../config.js");
const causes_js_1 = require("../ledger/causes.js");
const ledger_js_1 = require("../ledger/ledger.js");
const backoff_js_1 = require("./backoff.js");
const leases_js_1 = require("./leases.js");
const metrics_js_1 = require("./metrics.js");
const calls_js_1 = require("./operations/calls.js");
const plans_js_1 = require("./operations/plans.js");
const saga_js_1 = require("./saga.js");
const services_js_1 = require("./services.js");
/*
 * Carries operations out: claim, steps, outcome. The outcome of one and the claim of the next in its lane are one
 * transaction, so that a lane which is at work goes over the queue only now and then.
 *
 * It relies on the ledger for who may run it (the claim and its epoch) and on the services' inboxes and fences
 * for what happens when it is wrong about that. If this process dies half-way, the lease expires and another
 * claim replays the steps. It never throws for what happens to the operation: that is an Outcome.
 */
/** An operation that killed that many workers is given up. */
const POISON_AFTER_CRASHES = 3;
/**
 * Milliseconds that a lane goes on before its next write is queued again, behind those of other lanes: long beside the
 * few that the queue takes, and short for whoever waits until one of so many lanes as run at a time makes room.
 */
const TURN_MS = 250;
/**
 * An outcome is written down again while the ledger is away and the lease may hold: a lane whose outcome is given up
 * waits until that is over. What was written although the answer was lost is not written twice, since its claim no
 * longer holds then. After so many attempts even the longest usual lease is over.
 */
const conclusion = (0, cockatiel_1.retry)((0, cockatiel_1.handleWhen)((error) => (0, service_1.problemOf)(error).code === 'unavailable'), { maxAttempts: 50, backoff: new cockatiel_1.ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }) }).dangerouslyUnref();
/** Outcomes that leave the operation without an end. */
const FAILED_RUNS = new Set(['retry', 'lost', 'stuck']);
const NOTHING = { claimed: null, releases: [] };
let Executor = Executor_1 = class Executor {
    constructor(ledger, services, leases, config) {
        this.ledger = ledger;
        this.services = services;
        this.leases = leases;
        this.config = config;
        /** Under which the ledger knows this process. */
        this.worker = `${(0, node_os_1.hostname)()}:${process.pid}:${(0, node_crypto_1.randomUUID)().slice(0, 8)}`;
        this.logger = new common_1.Logger(Executor_1.name);
    }
    /**
     * Carries the operation out if it may be, and for a while what follows it in its lane.
     * @param stopping whether no further operation may begin
     * @returns what is to be queued next: the last one again, or its successor
     */
    async run(userId, operationId, stopping = () => false) {
        const turnOver = performance.now() + TURN_MS;
        const terms = this.terms();
        const next = () => (stopping() || performance.now() >= turnOver ? null : terms);
        let done = { claimed: await this.ledger.claim(userId, operationId, terms), releases: [] };
        while (done.claimed)
            done = await this.runClaimed(done.claimed, next);
        return done.releases;
    }
    terms() {
        const { leaseMs, deadlineMs } = this.config.run;
        return { worker: this.worker, leaseMs, deadlineMs };
    }
    /** In the trace of its admission, as the ledger has it; the way over the queue is a link. */
    runClaimed(claimed, next) {
        return (0, service_1.inSpan)(running(claimed), (span) => this.runWithin(span, claimed, next));
    }
    async runWithin(span, claimed, next) {
        const claim = { userId: claimed.user_id, id: claimed.id, epoch: claimed.epoch };
        const lease = this.leases.hold(claim);
        try {
            const saga = this.sagaOf(claimed, lease.signal);
            const outcome = await this.carryOut(claimed, saga);
            (0, metrics_js_1.observeRun)(claimed.kind, claimed.id, outcome.type);
            this.report(span, claimed, outcome);
            const run = { claimed, outcome, steps: saga.stepOutcomes, cause: saga.cause, next };
            return await conclusion.execute(() => this.conclude(claim, run), lease.signal);
        }
        finally {
            lease.release();
        }
    }
    /** A run that did not succeed is what somebody will look for; of the others there are as many as writes. */
    report(span, { id, kind, attempts, traceparent }, outcome) {
        const { type } = outcome;
        const problem = 'problem' in outcome ? outcome.problem.code : undefined;
        span.setAttributes({ 'turnpike.outcome': type, 'turnpike.problem': problem });
        if (FAILED_RUNS.has(type))
            (0, service_1.failWith)(span, problem ?? type);
        const line = { ...(0, service_1.traceIdIn)(traceparent), operationId: id, kind, attempts, outcome: type, problem };
        this.logger[type === 'succeeded' ? 'debug' : 'log'](line);
    }
    async carryOut(claimed, saga) {
        if ((0, contracts_1.isSystemKind)(claimed.kind))
            return this.carryThrough(claimed, saga);
        const begun = performance.now();
        const reason = abortReasonOf(claimed);
        const outcome = await (reason ? saga.abort(reason) : saga.forward());
        const expired = performance.now() - begun >= claimed.ms_to_deadline;
        const cause = saga.cause ?? claimed.cause;
        return !reason && outcome.type === 'retry' && expired ? saga.abort(deadlineExceeded(cause)) : outcome;
    }
    /**
     * What the system itself wants is not given up: half an erasure cannot be taken back, and a change that has
     * happened in a service stays to be followed.
     */
    async carryThrough(claimed, saga) {
        if (claimed.crashes < POISON_AFTER_CRASHES)
            return saga.forward();
        return { type: 'stuck', reason: 'Every process that began this write died.' };
    }
    /** Writes the outcome down. A claim that no longer holds writes nothing. */
    async conclude(claim, run) {
        const { claimed, outcome, steps, cause } = run;
        switch (outcome.type) {
            case 'succeeded':
            case 'failed':
            case 'rejected':
            case 'cancelled':
                return this.finish(claim, { ...endingOf(claimed.kind, outcome, steps), cause }, run.next());
            case 'retry': {
                const delayMs = (0, backoff_js_1.backoffMs)(claimed.attempts, this.config.run, outcome.retryAfterMs);
                const { problem } = outcome;
                const release = await this.ledger.retryLater({ key: claim, delayMs, problem, steps, cause });
                return release ? { claimed: null, releases: [release] } : NOTHING;
            }
            case 'lost':
                return this.halt(claim, 'A service has seen a newer claim than the ledger knows.', run);
            case 'stuck':
                return this.halt(claim, outcome.reason, run);
        }
    }
    async finish(claim, ending, next) {
        const finished = await this.ledger.finish(claim, ending, next);
        if (finished)
            return finished;
        // Tried again it would come to the same end: only a lost claim, or an operator, gets on from here.
        return this.halt(claim, `Its steps contradict the end '${ending.state}'.`, ending);
    }
    /** Does nothing when the claim has been taken over, as it has been almost always when a fence was stale. */
    async halt(claim, reason, { steps, cause }) {
        if (await this.ledger.halt(claim, reason, steps, cause)) {
            this.logger.error(`The lane of ${claim.userId} is halted at ${claim.id}: ${reason}`);
        }
        else {
            this.logger.warn(`The claim ${claim.id}.${claim.epoch} was lost before its outcome.`);
        }
        return NOTHING;
    }
    /** @returns whether the ledger has said what the register has of the user, which the operation knows then */
    async askRegister(operation, claimed) {
        const register = await this.ledger.register(claimed).catch(() => undefined);
        operation.register = register;
        return register !== undefined;
    }
    sagaOf(claimed, signal) {
        const operation = { payload: claimed.payload, targetId: claimed.target_id };
        const context = (known) => contextOf(claimed, known, signal);
        const ofUndo = (known) => {
            const { key, ...others } = context(known);
            return { ...others, key: (0, contracts_1.undoKey)(key, known.undoGeneration) };
        };
        const calls = {
            apply: async (step, answers, known) => {
                if (step === contracts_1.USER_CONFIRMED && !(await this.askRegister(operation, claimed)))
                    return registerUnknown();
                const call = (0, calls_js_1.callOf)(step);
                const ifMatch = call.checksVersion ? claimed.if_match : null;
                const body = call.body(operation, answers, this.config.run);
                return this.services.apply(step, body, { ...context(known), ifMatch });
            },
            settle: (step, known) => this.services.settle(step, context(known)),
            undo: (step, known) => this.services.undo(step, ofUndo(known)),
            settleUndo: (step, known) => this.services.settle(step, ofUndo(known)),
        };
        return new saga_js_1.Saga(claimed.steps.map(({ name }) => name), claimed.steps, calls);
    }
};
exports.Executor = Executor;
exports.Executor = Executor = Executor_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        services_js_1.Services,
        leases_js_1.Leases,
        config_js_1.GatewayConfig])
], Executor);
/** Nothing was sent: the write is tried again. */
function registerUnknown() {
    const problem = (0, contracts_1.problemBody)('unavailable', 'The ledger did not say what the register has of the user.');
    return { type: 'unknown', problem, retryAfterMs: null };
}
function running({ id, kind, user_id, seq, epoch, traceparent }) {
    return () => ({
        name: `run ${kind}`,
        parent: (0, service_1.contextIn)(traceparent),
        links: (0, service_1.linksToActive)(),
        attributes: {
            'turnpike.operation.id': id,
            'turnpike.operation.kind': kind,
            'turnpike.lane': user_id,
            'turnpike.seq': seq,
            'turnpike.epoch': epoch,
        },
    });
}
function endingOf(kind, outcome, steps) {
    const ending = { kind, steps, result: null, problem: null };
    switch (outcome.type) {
        case 'succeeded':
            return {
                ...ending,
                state: 'succeeded',
                result: plans_js_1.PLANS[kind].result(outcome.answers),
                voidsSessionsBefore: (0, plans_js_1.deletedAt)(outcome.answers),
                confirmed: (0, plans_js_1.confirmedState)(outcome.answers),
                change: (0, plans_js_1.changeOf)(kind, outcome.answers),
            };
        case 'failed':
        case 'rejected':
            return { ...ending, state: outcome.type, problem: outcome.problem };
        case 'cancelled':
            return { ...ending, state: 'cancelled' };
    }
}
function contextOf(claimed, known, signal) {
    return {
        key: (0, contracts_1.stepKey)(claimed.id, known.name, known.generation),
        userId: claimed.user_id,
        fence: { seq: claimed.seq, epoch: claimed.epoch },
        ifMatch: null,
        traceparent: claimed.traceparent,
        signal,
    };
}
/** @returns why this run closes the steps at once, or null. A first attempt is always made. */
function abortReasonOf(claimed) {
    if (claimed.cancel_requested)
        return { type: 'cancel' };
    if (claimed.crashes >= POISON_AFTER_CRASHES) {
        const detail = 'Every process that began this write died. It is given up and not applied.';
        return { type: 'poison', problem: (0, contracts_1.problemBody)('internal-error', detail) };
    }
    return claimed.epoch > 1 && claimed.ms_to_deadline <= 0 ? deadlineExceeded(claimed.cause) : null;
}
function deadlineExceeded(cause = null) {
    return {
        type: 'deadline',
        problem: (0, contracts_1.problemBody)('deadline-exceeded', cause ? (0, causes_js_1.sentenceOf)(cause) : undefined),
    };
}
//# sourceMappingURL=executor.js.map