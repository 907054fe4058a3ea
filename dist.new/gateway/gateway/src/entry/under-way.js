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
Object.defineProperty(exports, "__esModule", { value: true });
exports.UnderWay = void 0;
exports.clientGone = clientGone;
exports.becomesStream = becomesStream;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const service_1 = require("../../../libs/service/src/index.js");
const rxjs_1 = require("rxjs");
const config_js_1 = require("../config.js");
const address_limit_js_1 = require("./address-limit.js");
const caller_js_1 = require("./caller.js");
const client_places_js_1 = require("./client-places.js");
const quota_js_1 = require("./quota.js");
/** Seconds after which a place is free again: most requests take milliseconds. */
const RETRY_SECONDS = 1;
/** Counts what each of many has under way. */
class Crowd {
    /** @param limit 0 is none */
    constructor(limit) {
        this.limit = limit;
        this.counts = new Map();
    }
    /**
     * @returns what ends the stay
     * @throws Problem 429 where somebody has as many under way as are allowed
     */
    enter(name) {
        const count = this.counts.get(name) ?? 0;
        if (this.limit > 0 && count >= this.limit)
            throw (0, quota_js_1.rateLimited)(RETRY_SECONDS);
        this.counts.set(name, count + 1);
        return () => this.leave(name);
    }
    leave(name) {
        const count = this.counts.get(name) - 1;
        if (count > 0)
            this.counts.set(name, count);
        else
            this.counts.delete(name);
    }
}
/** A request from its arrival until its answer was taken, or nobody waits for it, and its work has ended as well. */
class Stay {
    constructor(owner, { raw }) {
        this.owner = owner;
        this.leaves = [];
        this.gone = new AbortController();
        this.isAnswered = false;
        this.isWorking = false;
        raw.once('close', () => {
            this.isAnswered = true;
            if (!raw.writableFinished)
                this.gone.abort();
            this.leaveIfOver();
        });
    }
    /** Aborts when the client has gone without an answer. */
    get clientGone() {
        return this.gone.signal;
    }
    countIn(crowd, name) {
        this.leaves.push(crowd.enter(name));
    }
    beginWork() {
        this.isWorking = true;
    }
    endWork() {
        this.isWorking = false;
        this.leaveIfOver();
    }
    leave() {
        this.leaves.splice(0).forEach((leave) => leave());
    }
    leaveIfOver() {
        if (this.isAnswered && !this.isWorking)
            this.leave();
    }
}
const stays = new WeakMap();
/** @returns a signal that aborts when the client has gone without an answer: nobody wants to know any more */
function clientGone(request) {
    return stays.get(request)?.clientGone;
}
/** A stream of events is no longer a request under way: it has a limit of its own. */
function becomesStream(request) {
    stays.get(request)?.leave();
}
/**
 * Limits the requests that each user and each address has under way in this process, those that wait included: each
 * keeps memory, and a turn in every queue. A request whose client has gone counts until its work has ended. And says
 * of each request on whose behalf it is carried out, for the queues of what there is little of (fair-queue.ts).
 */
let UnderWay = class UnderWay {
    constructor(adapterHost, { limits }) {
        this.adapterHost = adapterHost;
        this.ofUsers = new Crowd(limits.concurrentPerUser);
        this.ofAddresses = new Crowd(limits.concurrentPerAddress);
    }
    onModuleInit() {
        const fastify = this.adapterHost.httpAdapter.getInstance();
        fastify.addHook('onRequest', (request, reply, done) => {
            if ((0, address_limit_js_1.isUnlimited)(request))
                return done();
            const address = (0, client_places_js_1.addressOf)(request);
            const stay = new Stay({ name: `address ${address}` }, reply);
            stay.countIn(this.ofAddresses, address);
            stays.set(request, stay);
            (0, service_1.onBehalfOf)(stay.owner, done);
        });
        // In between the body is read, by callbacks that belong to the connection.
        fastify.addHook('preValidation', (request, _reply, done) => {
            const stay = stays.get(request);
            if (stay)
                (0, service_1.onBehalfOf)(stay.owner, done);
            else
                done();
        });
    }
    /** Behind the guards: the caller is known. */
    intercept(context, next) {
        const request = context.switchToHttp().getRequest();
        const stay = stays.get(request);
        if (!stay)
            return next.handle();
        this.countUser(stay, request);
        stay.beginWork();
        return next.handle().pipe((0, rxjs_1.finalize)(() => stay.endWork()));
    }
    countUser(stay, request) {
        const caller = (0, caller_js_1.callerOf)(request);
        if (!caller)
            return;
        stay.countIn(this.ofUsers, caller.userId);
        stay.owner.name = `user ${caller.userId}`;
    }
};
exports.UnderWay = UnderWay;
exports.UnderWay = UnderWay = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.HttpAdapterHost,
        config_js_1.GatewayConfig])
], UnderWay);
//# sourceMappingURL=under-way.js.map