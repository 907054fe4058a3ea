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
var Registered_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Registered = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const jose_1 = require("jose");
const queries_js_1 = require("../ledger/queries.js");
const register_js_1 = require("../ledger/register.js");
const services_js_1 = require("../run/services.js");
const revocations_js_1 = require("./revocations.js");
const system_writes_js_1 = require("./system-writes.js");
/*
 * Holds what the services say to the register. A service that was put back from a backup has users who are deleted or
 * purged; the gateway makes it follow within a minute, and until then nobody sees it: such a user cannot sign in, and
 * is read as the ledger has the user.
 */
let Registered = Registered_1 = class Registered {
    constructor(queries, services, revocations, writes) {
        this.queries = queries;
        this.services = services;
        this.revocations = revocations;
        this.writes = writes;
        this.logger = new common_1.Logger(Registered_1.name);
    }
    /**
     * Lets a session go that identity has just opened or prolonged; one of a user who is deleted is ended.
     * @param refusal what is answered then
     */
    async session(session, refusal) {
        const { userId, accessToken } = session;
        const standing = await this.queries.standing(userId);
        if (standing?.admission !== 'deleted' && standing?.admission !== 'closed')
            return session;
        await this.endSession(String((0, jose_1.decodeJwt)(accessToken)['sid']));
        await this.followAgain(userId);
        throw new service_1.Problem(refusal);
    }
    /** @throws Problem 410 for a purged user */
    async user(user) {
        return userAs(user, await this.queries.standing(user.id)) ?? gone();
    }
    /** Purged users are on no page. */
    async users(page) {
        const users = await Promise.all(page.items.map(async (user) => userAs(user, await this.queries.standing(user.id))));
        return { ...page, items: users.filter((user) => user !== null) };
    }
    /** @throws Problem 410 for a purged customer */
    async customer(customer) {
        const state = await this.stateOf(customer.userId);
        if (state === 'purged')
            return gone();
        return state === 'deleted' ? { ...customer, state } : customer;
    }
    /** Of a purged user's order the facts stay, as ordering leaves them. */
    async order(order) {
        return (await this.stateOf(order.userId)) === 'purged' ? { ...order, ...ANONYMOUS } : order;
    }
    async orders(page) {
        return { ...page, items: await Promise.all(page.items.map((order) => this.order(order))) };
    }
    /** Of a purged user's invoice number, total, state and date stay. */
    async invoice(invoice) {
        const isPurged = (await this.stateOf(invoice.userId)) === 'purged';
        return isPurged ? { ...invoice, billTo: null, voidReason: null } : invoice;
    }
    async stateOf(userId) {
        const standing = await this.queries.standing(userId);
        return (standing && (0, register_js_1.registerOf)(standing))?.register;
    }
    async endSession(sessionId) {
        await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
        this.revocations.add(sessionId);
    }
    /** Makes the services follow, unless something of that user is under way: one write for as many attempts. */
    async followAgain(userId) {
        const lane = await this.queries.lane(userId);
        if (!lane || lane.depth > 0)
            return;
        this.logger.warn(`${userId} is deleted, and identity let the user sign in: the services are made to follow.`);
        await this.writes.submit({ kind: 'repair.user', userId, key: `signed in ${userId} ${lane.lastSeq}` });
    }
};
exports.Registered = Registered;
exports.Registered = Registered = Registered_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        services_js_1.Services,
        revocations_js_1.Revocations,
        system_writes_js_1.SystemWrites])
], Registered);
/** What ordering leaves of an order after a purge. */
const ANONYMOUS = {
    delivery: { name: '' },
    reference: null,
    paymentReference: null,
    trackingNumber: null,
    cancelReason: null,
};
/** @returns the user as the register has one, or null for one who is purged */
function userAs(user, standing) {
    const registered = standing && (0, register_js_1.registerOf)(standing);
    if (registered?.register === 'purged')
        return null;
    if (registered?.register !== 'deleted' || user.state === 'deleted')
        return user;
    return { ...user, state: 'deleted', ...(registered.deletedAt && { deletedAt: registered.deletedAt }) };
}
function gone() {
    throw new service_1.Problem('user-deleted');
}
//# sourceMappingURL=registered.js.map