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
var Bell_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Bell = void 0;
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const listener_js_1 = require("../ledger/listener.js");
/**
 * Rings when there may be something to send: the database says so at each commit that has recorded an event. What it
 * says while the connection is away is lost, so who waits here also looks from time to time.
 */
let Bell = Bell_1 = class Bell {
    constructor(config) {
        this.config = config;
        this.hasRung = false;
        this.wake = () => undefined;
        this.listener = new listener_js_1.Listener({
            connectionString: config.databaseUrl,
            applicationName: 'turnpike-webhooks',
            channels: ['webhook_due'],
            hear: () => this.ring(),
            look: () => this.ring(),
            logger: new common_1.Logger(Bell_1.name),
        });
    }
    onApplicationBootstrap() {
        if (this.config.worker)
            void this.listener.keepListening();
    }
    async beforeApplicationShutdown() {
        this.ring();
        await this.listener.stop();
    }
    ring() {
        this.hasRung = true;
        this.wake();
    }
    /** Fulfilled when it has rung since the last time, or after so many milliseconds. */
    async next(timeoutMs) {
        if (!this.hasRung) {
            let timer;
            await new Promise((resolve) => {
                this.wake = resolve;
                timer = setTimeout(resolve, timeoutMs);
            });
            clearTimeout(timer);
        }
        this.hasRung = false;
    }
};
exports.Bell = Bell;
exports.Bell = Bell = Bell_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], Bell);
//# sourceMappingURL=bell.js.map