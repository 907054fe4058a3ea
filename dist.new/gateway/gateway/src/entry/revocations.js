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
var Revocations_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Revocations = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const config_js_1 = require("../config.js");
const services_js_1 = require("../run/services.js");
/** Milliseconds between two questions to identity; a session's end acts within 5 s. */
const ASK_EVERY_MS = 1000;
/** Milliseconds that each question overlaps the one before: a transaction may commit after a later one. */
const OVERLAP_MS = 10_000;
/** Milliseconds for which an ended session is remembered, beside the tolerance for clocks: as its access tokens live. */
const LIFETIME_MS = (contracts_1.ACCESS_TOKENS.lifetime + 60) * 1000;
/** The sessions that ended before their access tokens expire, as identity reports them. */
let Revocations = Revocations_1 = class Revocations {
    constructor(services, config) {
        this.services = services;
        this.config = config;
        this.logger = new common_1.Logger(Revocations_1.name);
        this.revoked = new Map();
        this.timer = null;
        this.stopped = false;
        this.rememberMs = LIFETIME_MS + config.clockToleranceMs;
        this.since = new Date(Date.now() - this.rememberMs);
    }
    onApplicationBootstrap() {
        if (this.config.api)
            void this.poll();
    }
    onApplicationShutdown() {
        this.stopped = true;
        if (this.timer)
            clearTimeout(this.timer);
    }
    has(sessionId) {
        return this.revoked.has(sessionId);
    }
    /** A session that this process itself has ended. */
    add(sessionId) {
        this.revoked.set(sessionId, Date.now());
    }
    async poll() {
        try {
            const { now, revoked } = await this.services.ask('identity', {
                method: 'GET',
                path: '/internal/sessions/revoked',
                query: { since: this.since.toISOString() },
            });
            revoked.forEach((sessionId) => this.add(sessionId));
            this.since = new Date(Date.parse(now) - OVERLAP_MS);
            this.forget();
        }
        catch (error) {
            this.logger.warn(`Ended sessions are not known: ${error.message}`);
        }
        if (!this.stopped)
            this.timer = setTimeout(() => void this.poll(), ASK_EVERY_MS);
    }
    forget() {
        const before = Date.now() - this.rememberMs;
        for (const [sessionId, at] of this.revoked)
            if (at < before)
                this.revoked.delete(sessionId);
    }
};
exports.Revocations = Revocations;
exports.Revocations = Revocations = Revocations_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [services_js_1.Services,
        config_js_1.GatewayConfig])
], Revocations);
//# sourceMappingURL=revocations.js.map