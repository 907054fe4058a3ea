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
exports.WebhookAdmin = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const webhook_deliveries_js_1 = require("../ledger/webhook-deliveries.js");
const webhooks_js_1 = require("../ledger/webhooks.js");
const addresses_js_1 = require("./addresses.js");
const signing_js_1 = require("./signing.js");
/** Each is sent every event that it subscribes to, and costs whatever ends an operation a row. */
const MAX_WEBHOOKS = 20;
/** What operators do with webhooks. */
let WebhookAdmin = class WebhookAdmin {
    constructor(webhooks, deliveries, addresses) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.addresses = addresses;
    }
    /** @throws Problem 400 for an address that is not public, or where there are enough */
    async create({ url, events, description = '' }, by) {
        await this.assertAddress(url);
        if ((await this.webhooks.count()) >= MAX_WEBHOOKS) {
            throw new service_1.Problem('invalid-request', `There are ${MAX_WEBHOOKS} webhooks, and may be no more.`);
        }
        return this.webhooks.create((0, uuid_1.v7)(), { url, events, description }, (0, signing_js_1.inventSecret)(), by);
    }
    list(query) {
        return this.webhooks.page(query);
    }
    async find(id) {
        return found(await this.webhooks.find(id));
    }
    async change(id, wanted, by) {
        await this.find(id);
        const { url, events, description, enabled } = wanted;
        if (url !== undefined)
            await this.assertAddress(url);
        const given = Object.entries({ url, events, description, enabled }).filter(([, value]) => value !== undefined);
        const webhook = found(await this.webhooks.change(id, Object.fromEntries(given), by));
        // Who has mended a receiver wants to see it at work.
        if (enabled)
            await this.deliveries.hurry(id);
        return webhook;
    }
    async remove(id, by) {
        if (!(await this.webhooks.remove(id, by)))
            throw new service_1.Problem('not-found');
    }
    rotate(id, by) {
        return this.webhooks.rotate(id, (0, signing_js_1.inventSecret)(), by);
    }
    /** @throws Problem 400 where it is disabled, since nothing would be sent */
    async test(id, by) {
        const { enabled } = await this.find(id);
        if (!enabled)
            throw new service_1.Problem('invalid-request', 'The webhook is disabled.');
        const delivery = await this.deliveries.addTest(id);
        await this.webhooks.tell('webhook.test', id, by);
        return delivery;
    }
    async listDeliveries(id, query) {
        await this.find(id);
        return this.deliveries.page(id, query);
    }
    async replay(id, deliveryId, by) {
        found(await this.deliveries.find(id, deliveryId));
        await this.deliveries.replay(id, deliveryId);
        await this.webhooks.tell('webhook.replay', id, by, { deliveryId });
        return found(await this.deliveries.find(id, deliveryId));
    }
    async replayRange(id, { from, to = new Date().toISOString() }, by) {
        await this.find(id);
        const count = await this.deliveries.replayRange(id, new Date(from), new Date(to));
        await this.webhooks.tell('webhook.replay', id, by, { from, to, count });
        return { count };
    }
    async assertAddress(url) {
        const message = await this.addresses.complaintAbout(url);
        if (message !== null)
            throw (0, service_1.invalidRequest)([{ path: 'url', message: `url ${message}` }]);
    }
};
exports.WebhookAdmin = WebhookAdmin;
exports.WebhookAdmin = WebhookAdmin = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [webhooks_js_1.Webhooks,
        webhook_deliveries_js_1.WebhookDeliveries,
        addresses_js_1.Addresses])
], WebhookAdmin);
/** @throws Problem 404 where there is nothing */
function found(thing) {
    if (thing === null)
        throw new service_1.Problem('not-found');
    return thing;
}
//# sourceMappingURL=webhook-admin.js.map