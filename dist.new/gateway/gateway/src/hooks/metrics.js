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
var WebhookGauges_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.WebhookGauges = void 0;
exports.countDelivery = countDelivery;
const common_1 = require("@nestjs/common");
const prom_client_1 = require("prom-client");
const webhook_deliveries_js_1 = require("../ledger/webhook-deliveries.js");
const deliveries = new prom_client_1.Counter({
    name: 'turnpike_webhook_deliveries_total',
    help: 'Attempts to deliver to webhooks, by what came of them.',
    labelNames: ['result'],
});
function countDelivery(result) {
    deliveries.inc({ result });
}
/** The state of all webhooks, asked for when somebody reads the metrics; each process tells the same. */
let WebhookGauges = WebhookGauges_1 = class WebhookGauges {
    constructor(deliveries) {
        this.deliveries = deliveries;
        this.logger = new common_1.Logger(WebhookGauges_1.name);
    }
    onModuleInit() {
        MEASURES.forEach((measure) => this.define(measure));
    }
    define({ name, help, value }) {
        const gauge = new prom_client_1.Gauge({ name, help, collect: () => this.fill(gauge, value) });
    }
    /** What is not known is not told; the other metrics are. */
    async fill(gauge, value) {
        gauge.remove();
        try {
            gauge.set(value(await this.deliveries.health()));
        }
        catch (error) {
            this.logger.debug(`Webhooks are not known: ${error.message}`);
        }
    }
};
exports.WebhookGauges = WebhookGauges;
exports.WebhookGauges = WebhookGauges = WebhookGauges_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [webhook_deliveries_js_1.WebhookDeliveries])
], WebhookGauges);
const MEASURES = [
    {
        name: 'turnpike_webhook_oldest_undelivered_seconds',
        help: 'How long ago the oldest happened of what is still to be delivered to webhooks that are enabled.',
        value: ({ oldestSeconds }) => oldestSeconds,
    },
    {
        name: 'turnpike_webhooks_disabled',
        help: 'Webhooks to which nothing is sent.',
        value: ({ disabled }) => disabled,
    },
];
//# sourceMappingURL=metrics.js.map