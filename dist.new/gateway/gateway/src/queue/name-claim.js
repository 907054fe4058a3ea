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
var NameClaim_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.NameClaim = void 0;
const node_crypto_1 = require("node:crypto");
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const root_key_js_1 = require("../ledger/root-key.js");
/*
 * Two installations of one name on one Redis would take each other's jobs: nothing is lost by that, but each write waits
 * for a reconciler. So a key in Redis says whose ledger the name is of, and a process of another one does not open the
 * queue and is not ready. The key expires: a ledger that was replaced frees the name. A queue in PostgreSQL is in the
 * ledger's own database, or in one that was made for it.
 */
/** Milliseconds for which the name is kept by those that have it, and between two times that they say so. */
const KEPT_MS = 30_000;
const SAY_EVERY_MS = 10_000;
/** Milliseconds between two looks whether the name is free, or the ledger's keys can be read. */
const LOOK_AGAIN_MS = 500;
let NameClaim = NameClaim_1 = class NameClaim {
    constructor(root, config) {
        this.root = root;
        this.config = config;
        this.logger = new common_1.Logger(NameClaim_1.name);
        this.ours = true;
    }
    /** Whether no other ledger has this installation's name. */
    get isOurs() {
        return this.ours;
    }
    /** Waits until the name is this ledger's. @returns false if the process is stopped before */
    async claim({ redis }, stopped) {
        if (!redis)
            return !stopped.aborted;
        while (!stopped.aborted && !(this.root.isOpen && (await this.hold(redis)))) {
            await (0, promises_1.setTimeout)(LOOK_AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
        }
        if (stopped.aborted)
            return false;
        this.timer = setInterval(() => void this.hold(redis), SAY_EVERY_MS).unref();
        // A server that has come back may have lost the name: it is taken again before another ledger finds it free.
        redis.on('ready', () => void this.hold(redis));
        return true;
    }
    onApplicationShutdown() {
        clearInterval(this.timer);
    }
    /** @returns whether the name is ours now; a server that does not answer says nothing of it */
    async hold(redis) {
        try {
            const was = this.ours;
            this.ours = await this.take(redis);
            if (was && !this.ours)
                this.tell();
            return this.ours;
        }
        catch (error) {
            this.logger.warn(`The name of the installation is not known to be free: ${error.message}`);
            return false;
        }
    }
    async take(redis) {
        const key = `${this.config.queue.installation}:ledger`;
        const ledger = this.ledgerName();
        if ((await redis.set(key, ledger, 'PX', KEPT_MS, 'NX')) === 'OK')
            return true;
        if ((await redis.get(key)) !== ledger)
            return false;
        await redis.pexpire(key, KEPT_MS);
        return true;
    }
    /** The same for all processes of one ledger, whatever DATA_KEY is. */
    ledgerName() {
        const key = this.root.for('ledgerName').export();
        return (0, node_crypto_1.createHash)('sha256').update(key).digest('base64url');
    }
    tell() {
        // One that has opened the queue goes on: what it takes of the other's is harmless, and its own writes need it.
        const consequence = this.timer
            ? 'each takes jobs of the other, so that writes wait for a reconciler, and this process is not ready'
            : 'this process leaves the queue alone and is not ready';
        this.logger.error(`Another ledger uses this Redis under the name "${this.config.queue.installation}": ${consequence}. Give one of ` +
            'the two another INSTALLATION, or another Redis. A ledger that is gone frees the name after ' +
            `${KEPT_MS / 1000} s.`);
    }
};
exports.NameClaim = NameClaim;
exports.NameClaim = NameClaim = NameClaim_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [root_key_js_1.RootKey,
        config_js_1.GatewayConfig])
], NameClaim);
//# sourceMappingURL=name-claim.js.map