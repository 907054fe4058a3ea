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
var Hurry_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Hurry = void 0;
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const ledger_js_1 = require("../ledger/ledger.js");
const service_probe_js_1 = require("../run/service-probe.js");
const release_js_1 = require("./release.js");
/** Writes of one statement. */
const PAGE = 500;
/**
 * Ends the wait of the writes that are in retry because of a service, once it answers again: by then they may wait for
 * up to RETRY_MAX_MS. Every worker process does it when it finds the service back; what one has released is due, and the
 * others pass it by. If it fails, each write is tried at its own time.
 */
let Hurry = Hurry_1 = class Hurry {
    constructor(ledger, releaser, probe, config) {
        this.ledger = ledger;
        this.releaser = releaser;
        this.logger = new common_1.Logger(Hurry_1.name);
        this.isStopped = false;
        this.finished = Promise.resolve();
        if (config.worker)
            probe.onReturn((service) => this.begin(service));
    }
    /** Before the connections of the process are closed. What it has not come to keeps its time. */
    async beforeApplicationShutdown() {
        this.isStopped = true;
        await this.finished;
    }
    begin(service) {
        this.finished = Promise.all([this.finished, this.hurry(service)]);
    }
    async hurry(service) {
        try {
            let count = 0;
            let page = { releases: [], before: null };
            do {
                page = await this.ledger.hurryRetries(service, PAGE, page.before);
                await this.releaser.add(page.releases);
                count += page.releases.length;
            } while (page.releases.length === PAGE && !this.isStopped);
            if (count > 0)
                this.logger.log(`${service} answers again: ${count} writes that waited for it are tried now.`);
        }
        catch (error) {
            this.logger.warn(`The writes that wait for ${service} keep their time: ${error.message}`);
        }
    }
};
exports.Hurry = Hurry;
exports.Hurry = Hurry = Hurry_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        release_js_1.Releaser,
        service_probe_js_1.ServiceProbe,
        config_js_1.GatewayConfig])
], Hurry);
//# sourceMappingURL=hurry.js.map