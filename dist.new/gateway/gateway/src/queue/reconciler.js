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
var Reconciler_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Reconciler = void 0;
const common_1 = require("@nestjs/common");
const ledger_js_1 = require("../ledger/ledger.js");
const config_js_1 = require("../config.js");
const release_js_1 = require("./release.js");
/*
 * Makes the queue agree with the ledger. It walks the lanes that have work, and queues again each head that is
 * due, has no live lease, and was released some time ago without being claimed: after a crash between commit
 * and enqueue, after the queue lost everything, after a change of the number of partitions, after a worker's
 * death. It relies on nothing but the ledger. One of all processes works at a time, by an advisory lock; if
 * that one dies, the next round is another's.
 */
/** Milliseconds between two rounds: the longest that a lost job waits, beside STALE_AFTER_MS. */
const ROUND_MS = 1000;
/** Milliseconds after its release from which an unclaimed head is queued again. The job's id is the same, so
 * where it still waits in the queue nothing happens. */
const STALE_AFTER_MS = 2000;
/** Lanes of one statement. */
const PAGE = 1000;
let Reconciler = Reconciler_1 = class Reconciler {
    constructor(ledger, releaser, config) {
        this.ledger = ledger;
        this.releaser = releaser;
        this.config = config;
        this.logger = new common_1.Logger(Reconciler_1.name);
        this.stopped = new AbortController();
        this.finished = Promise.resolve();
    }
    start() {
        this.finished = this.run();
    }
    async stop() {
        this.stopped.abort();
        await this.finished;
    }
    /** One walk over all lanes that have work. @returns how many heads were queued again */
    async round() {
        let count = 0;
        let after = null;
        do {
            const page = await this.ledger.releaseOverdue(after, { olderThanMs: STALE_AFTER_MS, limit: PAGE });
            await this.releaser.add(page.releases);
            count += page.releases.length;
            after = page.next;
        } while (after !== null && !this.stopped.signal.aborted);
        return count;
    }
    async run() {
        while (!this.stopped.signal.aborted) {
            try {
                const count = await this.round();
                if (count > 0)
                    this.logger.log(`${count} heads of lanes were queued again.`);
            }
            catch (error) {
                this.logger.warn(`The round was given up: ${error.message}`);
            }
            await this.pause();
        }
    }
    pause() {
        const { signal } = this.stopped;
        return new Promise((resolve) => {
            const done = () => {
                clearTimeout(timer);
                signal.removeEventListener('abort', done);
                resolve();
            };
            const timer = setTimeout(done, Math.min(ROUND_MS, this.config.run.leaseMs));
            signal.addEventListener('abort', done);
        });
    }
};
exports.Reconciler = Reconciler;
exports.Reconciler = Reconciler = Reconciler_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        release_js_1.Releaser,
        config_js_1.GatewayConfig])
], Reconciler);
//# sourceMappingURL=reconciler.js.map