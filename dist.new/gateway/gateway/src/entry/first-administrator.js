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
var FirstAdministrator_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.FirstAdministrator = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const config_js_1 = require("../config.js");
const ledger_js_1 = require("../ledger/ledger.js");
const queries_js_1 = require("../ledger/queries.js");
const release_js_1 = require("../queue/release.js");
const plans_js_1 = require("../run/operations/plans.js");
const services_js_1 = require("../run/services.js");
const fingerprint_js_1 = require("./fingerprint.js");
/** Milliseconds between two looks for the administrator, and two attempts while database or identity are away. */
const LOOK_AGAIN_MS = 500;
/** Milliseconds between two registrations, of which the first has failed. */
const REGISTER_AGAIN_MS = 10_000;
/** The ends of a registration after which another is worth a try. */
const FAILED = ['failed', 'rejected', 'cancelled'];
/**
 * Makes the first administrator, if nobody has that e-mail address: by a registration like any other. Until identity
 * has said that somebody has it the gateway is not ready, and nobody signs in with it.
 */
let FirstAdministrator = FirstAdministrator_1 = class FirstAdministrator {
    constructor(ledger, queries, releaser, services, fingerprints, config) {
        this.ledger = ledger;
        this.queries = queries;
        this.releaser = releaser;
        this.services = services;
        this.fingerprints = fingerprints;
        this.config = config;
        this.logger = new common_1.Logger(FirstAdministrator_1.name);
        this.stopped = false;
        this.isThere = false;
        /** What has been asked for here, and what was said of it last. */
        this.registration = null;
        this.complaint = '';
    }
    /** Whether there is nobody to wait for, any more or at all. */
    get isReady() {
        return this.isThere || !this.config.api || this.config.admin === null;
    }
    /** @returns whether that is the address of an administrator who is not known to be there yet */
    isAwaited(email) {
        return !this.isReady && email === (0, contracts_1.normaliseEmail)(this.config.admin.email);
    }
    onApplicationBootstrap() {
        if (this.config.api && this.config.admin)
            void this.ensure(this.config.admin);
    }
    onApplicationShutdown() {
        this.stopped = true;
    }
    async ensure(admin) {
        while (!this.stopped && !this.isThere) {
            await this.attempt(admin).catch((error) => this.tell(error));
            if (!this.isThere)
                await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        }
    }
    async attempt(admin) {
        this.isThere = await this.exists(admin);
        if (this.isThere)
            return;
        if (!this.registration)
            return this.register(admin, null);
        const { operationId, at } = this.registration;
        const operation = await this.queries.operation(operationId);
        // Made once in the life of a ledger: whoever was may have another address by now, or be deleted.
        this.isThere = operation?.state === 'succeeded';
        if (!operation || !FAILED.includes(operation.state))
            return;
        this.complain(`its registration (operation ${operation.id}) ended as ${operation.state}: ${operation.problem?.code}`);
        if (performance.now() - at >= REGISTER_AGAIN_MS)
            await this.register(admin, operationId);
    }
    async exists({ email }) {
        const query = { email: (0, contracts_1.normaliseEmail)(email) };
        const call = { method: 'GET', path: '/internal/users/by-email', query };
        return this.services.ask('identity', call).then(() => true, (error) => {
            if (error instanceof service_1.Problem && error.code === 'not-found')
                return false;
            throw error;
        });
    }
    /** @param failed the registration that this one follows: the key of the one before would answer with that */
    async register({ email, password }, failed) {
        const { credentialId } = await this.services.ask('identity', {
            method: 'POST',
            path: '/internal/credentials',
            body: { password },
        });
        const [id, userId] = [(0, uuid_1.v7)(), (0, uuid_1.v7)()];
        const address = (0, contracts_1.normaliseEmail)(email);
        const payload = {
            email: address,
            firstName: 'First',
            lastName: 'Administrator',
            roles: ['admin'],
            credentialId,
        };
        // Several gateways start at once: their equal keys make it one registration.
        const fingerprint = this.fingerprints.hash(`first administrator ${address}`);
        const after = failed ? ` after ${failed}` : '';
        const admitted = await this.ledger.admit({
            operation: {
                id,
                userId,
                kind: 'user.register',
                actorId: null,
                target: { type: 'user', id: userId },
                payload,
                ifMatch: null,
                steps: (0, plans_js_1.stepsOf)('user.register', payload, this.config.relations),
                traceparent: null,
            },
            clientKey: { scope: 'system', key: `first-administrator ${fingerprint}${after}`, fingerprint },
            maxDepth: this.config.laneMaxDepth,
        });
        const operationId = admitted.outcome === 'replayed' ? admitted.operationId : id;
        this.registration = { operationId, at: performance.now() };
        if (admitted.outcome === 'accepted')
            this.releaser.release(admitted.releases);
    }
    /** While something is away it has not said anything. */
    tell(error) {
        if (error instanceof service_1.Problem && error.body.status >= 500)
            return;
        const errors = error instanceof service_1.Problem ? error.body.errors : [];
        const reasons = [error.message, ...(errors ?? []).map(({ message }) => message)];
        this.complain(reasons.join(' '));
    }
    /** Says it once, and not at every look. */
    complain(reason) {
        if (reason === this.complaint)
            return;
        this.complaint = reason;
        this.logger.error(`The administrator of ADMIN_EMAIL cannot be made: ${reason}. Until there is one this gateway is not ready: ` +
            'set another ADMIN_PASSWORD or ADMIN_EMAIL and restart it.');
    }
};
exports.FirstAdministrator = FirstAdministrator;
exports.FirstAdministrator = FirstAdministrator = FirstAdministrator_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        queries_js_1.LedgerQueries,
        release_js_1.Releaser,
        services_js_1.Services,
        fingerprint_js_1.Fingerprints,
        config_js_1.GatewayConfig])
], FirstAdministrator);
//# sourceMappingURL=first-administrator.js.map