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
var Heartbeat_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Heartbeat = void 0;
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const processes_js_1 = require("../ledger/processes.js");
const breakers_js_1 = require("./breakers.js");
const executor_js_1 = require("./executor.js");
const leases_js_1 = require("./leases.js");
/** Milliseconds between two signs of life. */
const BEAT_MS = 1000;
/** Tells the other processes what this one does: operators ask any of them. */
let Heartbeat = Heartbeat_1 = class Heartbeat {
    constructor(processes, executor, leases, breakers, config) {
        this.processes = processes;
        this.executor = executor;
        this.leases = leases;
        this.breakers = breakers;
        this.config = config;
        this.logger = new common_1.Logger(Heartbeat_1.name);
        this.since = new Date();
        this.timer = null;
        this.beating = false;
    }
    onApplicationBootstrap() {
        this.timer = setInterval(() => void this.beat(), BEAT_MS);
    }
    /** Before the connections of the process are closed. */
    async beforeApplicationShutdown() {
        if (this.timer)
            clearInterval(this.timer);
        await this.processes.leave(this.executor.worker).catch(() => undefined);
    }
    async beat() {
        if (this.beating)
            return;
        this.beating = true;
        try {
            await this.processes.report({
                id: this.executor.worker,
                worker: this.config.worker,
                since: this.since,
                running: this.leases.count,
                breakers: this.breakers.states(),
            });
        }
        catch (error) {
            this.logger.debug(`No sign of life: ${error.message}`);
        }
        finally {
            this.beating = false;
        }
    }
};
exports.Heartbeat = Heartbeat;
exports.Heartbeat = Heartbeat = Heartbeat_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [processes_js_1.Processes,
        executor_js_1.Executor,
        leases_js_1.Leases,
        breakers_js_1.Breakers,
        config_js_1.GatewayConfig])
], Heartbeat);
//# sourceMappingURL=heartbeat.js.map