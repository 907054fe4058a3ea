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
var Leases_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Leases = void 0;
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const ledger_js_1 = require("../ledger/ledger.js");
/** How often a lease is renewed within its time: two renewals may fail before it is lost. */
const RENEWALS_PER_LEASE = 3;
/**
 * Keeps the leases of this process alive while their operations run: one statement for all of them. The
 * ledger's clock decides; this process only measures how long it has been since the ledger said yes.
 */
let Leases = Leases_1 = class Leases {
    constructor(ledger, config) {
        this.ledger = ledger;
        this.config = config;
        this.logger = new common_1.Logger(Leases_1.name);
        this.held = new Set();
        this.renewing = false;
        this.timer = setInterval(() => void this.renew(), config.run.leaseMs / RENEWALS_PER_LEASE);
    }
    /** Takes care of a claim's lease until it is released. */
    hold(claim) {
        const lease = {
            claim,
            lost: new AbortController(),
            safeUntil: performance.now() + this.config.run.leaseMs,
        };
        this.held.add(lease);
        return { signal: lease.lost.signal, release: () => this.held.delete(lease) };
    }
    /** How many operations this process carries out. */
    get count() {
        return this.held.size;
    }
    onApplicationShutdown() {
        clearInterval(this.timer);
    }
    async renew() {
        if (this.renewing || this.held.size === 0)
            return;
        this.renewing = true;
        const leases = [...this.held];
        const asked = performance.now();
        try {
            const holding = await this.ledger.renew(leases.map((lease) => lease.claim), this.config.run.leaseMs);
            for (const lease of leases) {
                const renewed = holding.get(lease.claim.id);
                if (renewed)
                    lease.safeUntil = asked + this.config.run.leaseMs;
                else if (renewed === undefined)
                    this.lose(lease);
            }
        }
        catch (error) {
            this.logger.warn(`Leases could not be renewed: ${error.message}`);
        }
        finally {
            leases.filter((lease) => performance.now() >= lease.safeUntil).forEach((lease) => this.lose(lease));
            this.renewing = false;
        }
    }
    lose(lease) {
        if (this.held.delete(lease))
            lease.lost.abort(new Error('the lease was lost'));
    }
};
exports.Leases = Leases;
exports.Leases = Leases = Leases_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        config_js_1.GatewayConfig])
], Leases);
//# sourceMappingURL=leases.js.map