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
exports.ForgettingDeliveries = void 0;
const common_1 = require("@nestjs/common");
const webhook_deliveries_js_1 = require("../ledger/webhook-deliveries.js");
const maintenance_js_1 = require("../queue/maintenance.js");
/** Milliseconds between two times; nobody waits for it. */
const EVERY_MS = 60_000;
/** Removes, a thousand at a time, what was recorded for webhooks that were removed. */
let ForgettingDeliveries = class ForgettingDeliveries {
    constructor(deliveries, maintenance) {
        this.deliveries = deliveries;
        this.maintenance = maintenance;
    }
    onModuleInit() {
        this.maintenance.define({ name: 'webhooks', everyMs: EVERY_MS, run: (stopped) => this.run(stopped) });
    }
    async run(stopped) {
        while (!stopped.aborted && (await this.deliveries.forgetOrphans()) > 0)
            ;
    }
};
exports.ForgettingDeliveries = ForgettingDeliveries;
exports.ForgettingDeliveries = ForgettingDeliveries = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [webhook_deliveries_js_1.WebhookDeliveries,
        maintenance_js_1.Maintenance])
], ForgettingDeliveries);
//# sourceMappingURL=forgetting-deliveries.js.map