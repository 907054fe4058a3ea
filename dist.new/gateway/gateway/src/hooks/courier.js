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
var Courier_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Courier = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const webhook_deliveries_js_1 = require("../ledger/webhook-deliveries.js");
const webhooks_js_1 = require("../ledger/webhooks.js");
const addresses_js_1 = require("./addresses.js");
const bell_js_1 = require("./bell.js");
const metrics_js_1 = require("./metrics.js");
const schedule_js_1 = require("./schedule.js");
const sender_js_1 = require("./sender.js");
const signing_js_1 = require("./signing.js");
/** Deliveries to one webhook in flight in this process: whoever is slow takes no place of another's. */
const PLACES = 16;
/** Milliseconds between two looks for what nobody rang for: pauses that are over, and what a dead process had. */
const LOOK_EVERY_MS = 1000;
/**
 * Sends what is due to webhooks. The ledger says what that is, in which order, and that no other process sends the
 * same; if this process dies between a receiver's answer and the ledger, the same is sent again under the same id.
 */
let Courier = Courier_1 = class Courier {
    constructor(database, webhooks, deliveries, bell, config, addresses) {
        this.database = database;
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.bell = bell;
        this.config = config;
        this.logger = new common_1.Logger(Courier_1.name);
        this.stopped = new AbortController();
        this.underWay = new Set();
        this.inFlight = new Map();
        this.finished = Promise.resolve();
        this.sender = new sender_js_1.Sender(addresses);
    }
    onApplicationBootstrap() {
        if (this.config.worker)
            this.finished = this.deliver();
    }
    /** Before the connections of the process are closed. What is being sent is left to another process. */
    async beforeApplicationShutdown() {
        this.stopped.abort();
        this.bell.ring();
        await this.finished;
        await Promise.all(this.underWay);
        await this.sender.close();
    }
    /** Until the process stops. */
    async deliver() {
        const { signal } = this.stopped;
        await Promise.race([this.database.start(), aborted(signal)]);
        while (!signal.aborted) {
            const more = await this.round().catch((error) => {
                this.logger.debug(`Cannot look for deliveries: ${error.message}`);
                return false;
            });
            if (!more)
                await this.bell.next(LOOK_EVERY_MS);
        }
    }
    /** @returns whether to look again at once */
    async round() {
        // What is claimed and cannot be signed would wait for the end of its claim.
        if (!this.webhooks.canSign)
            return false;
        const { claimed, more } = await this.deliveries.claim(this.inFlight, PLACES);
        for (const delivery of claimed)
            this.begin(delivery);
        return more;
    }
    begin(delivery) {
        const { webhookId } = delivery;
        this.inFlight.set(webhookId, (this.inFlight.get(webhookId) ?? 0) + 1);
        const done = this.carry(delivery).finally(() => {
            this.underWay.delete(done);
            const left = this.inFlight.get(webhookId) - 1;
            if (left > 0)
                this.inFlight.set(webhookId, left);
            else
                this.inFlight.delete(webhookId);
            this.bell.ring();
        });
        this.underWay.add(done);
    }
    /** What cannot be written down is sent again when its claim is over. */
    async carry(delivery) {
        try {
            const attempted = (0, schedule_js_1.judge)(await this.send(delivery), delivery.attempts);
            (0, metrics_js_1.countDelivery)(attempted.type);
            if (await this.deliveries.settle(delivery, attempted)) {
                this.logger.warn(`The webhook ${delivery.webhookId} is disabled: nothing is accepted there.`);
            }
        }
        catch (error) {
            if (error instanceof sender_js_1.Interrupted)
                return this.letGo(delivery);
            this.logger.warn(`A delivery to ${delivery.webhookId} is sent again: ${error.message}`);
        }
    }
    send(delivery) {
        const { webhookId, id, type, data, occurredAt, url } = delivery;
        const event = {
            type,
            timestamp: occurredAt.toISOString(),
            data: data,
        };
        const secrets = this.webhooks.secretsIn(webhookId, delivery.secrets);
        return this.sender.post(url, (0, signing_js_1.signed)(id, event, secrets), this.stopped.signal);
    }
    letGo(delivery) {
        return this.deliveries.letGo(delivery).catch(() => undefined);
    }
};
exports.Courier = Courier;
exports.Courier = Courier = Courier_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        webhooks_js_1.Webhooks,
        webhook_deliveries_js_1.WebhookDeliveries,
        bell_js_1.Bell,
        config_js_1.GatewayConfig,
        addresses_js_1.Addresses])
], Courier);
function aborted(signal) {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
//# sourceMappingURL=courier.js.map