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
var ServiceProbe_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.ServiceProbe = void 0;
const promises_1 = require("node:timers/promises");
const axios_1 = require("@nestjs/axios");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const breakers_js_1 = require("./breakers.js");
const metrics_js_1 = require("./metrics.js");
/*
 * Looks after each service all the time, whether there are writes or not: whether it answers, and whether it accepts
 * the gateway's tokens. A service that is away is weather, and its writes wait; one that answers 401 will refuse every
 * write of this process until a clock or a key is put right. It goes through the breaker, so that the first look at a
 * service which is back closes that.
 *
 * A single service that refuses what another accepts has a wrong clock or key itself: that is told (a metric and an
 * alert), and gateways stay ready, since to take all of them away would mend nothing. Only where every service that
 * answers refuses is it this process that is wrong.
 */
/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 1000;
/** Milliseconds for an answer, at most. */
const ANSWER_WITHIN_MS = 2000;
/** Looks in a row without an answer, from which on a service is away: a single one says little. */
const AWAY_AFTER_LOOKS = 2;
let ServiceProbe = ServiceProbe_1 = class ServiceProbe {
    constructor(http, signer, breakers, config) {
        this.http = http;
        this.signer = signer;
        this.breakers = breakers;
        this.config = config;
        this.logger = new common_1.Logger(ServiceProbe_1.name);
        this.stopped = new AbortController();
        /** Of each service that answers, whether it refuses the tokens. */
        this.refuses = new Map();
        this.listeners = [];
        this.finished = Promise.resolve();
    }
    /** Whether a service accepts the gateway's tokens, or none answers, which says nothing of them. */
    get isAccepted() {
        return this.refuses.size === 0 || [...this.refuses.values()].includes(false);
    }
    /** Has a function called with every service that was away and answers again. */
    onReturn(listener) {
        this.listeners.push(listener);
    }
    onApplicationBootstrap() {
        const present = contracts_1.SERVICES.filter((service) => this.config.services[service]);
        this.finished = Promise.all(present.map((service) => this.follow(service)));
    }
    /** Before the connections of the process are closed. */
    async beforeApplicationShutdown() {
        this.stopped.abort();
        await this.finished;
    }
    async follow(service) {
        const { signal } = this.stopped;
        let missed = 0;
        while (!signal.aborted) {
            const status = await this.look(service).catch(() => null);
            const answers = status !== null && status < 500;
            if (answers)
                this.judge(service, status === 401);
            if (answers && missed >= AWAY_AFTER_LOOKS)
                this.listeners.forEach((listener) => listener(service));
            missed = answers ? 0 : missed + 1;
            if (missed >= AWAY_AFTER_LOOKS)
                this.forget(service);
            await (0, promises_1.setTimeout)(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
        }
    }
    async look(service) {
        const authorization = `Bearer ${await this.signer.tokenFor(service)}`;
        const { status } = await this.breakers.call(service, () => this.http.axiosRef.request({
            baseURL: this.config.services[service],
            url: contracts_1.EVENTS_PATH,
            method: 'GET',
            params: { limit: 1 },
            headers: { ...(0, service_1.traceHeaders)(), authorization },
            timeout: Math.min(ANSWER_WITHIN_MS, this.config.run.serviceTimeoutMs),
            signal: this.stopped.signal,
            validateStatus: () => true,
        }));
        return status;
    }
    judge(service, refuses) {
        const before = this.refuses.get(service) ?? false;
        this.refuses.set(service, refuses);
        (0, metrics_js_1.observeRefusal)(service, refuses);
        if (refuses && !before) {
            this.logger.error(`${service} refuses the gateway's tokens: compare the clocks of both machines, and the key of GATEWAY_URL.`);
        }
        if (before && !refuses)
            this.logger.log(`${service} accepts the gateway's tokens again.`);
    }
    /** One that is away may have been stopped to be mended: what it said before counts no more. */
    forget(service) {
        this.refuses.delete(service);
        (0, metrics_js_1.observeRefusal)(service, false);
    }
};
exports.ServiceProbe = ServiceProbe;
exports.ServiceProbe = ServiceProbe = ServiceProbe_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [axios_1.HttpService,
        service_1.ServiceTokenSigner,
        breakers_js_1.Breakers,
        config_js_1.GatewayConfig])
], ServiceProbe);
//# sourceMappingURL=service-probe.js.map