"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.FairPool = void 0;
const pg_1 = __importDefault(require("pg"));
const fair_queue_js_1 = require("./fair-queue.js");
/** The words of pg's own pool, by which unavailable.ts knows it. */
const late = () => new Error('timeout exceeded when trying to connect');
/**
 * A pool in which nobody waits behind the thousand requests of somebody else: what is done for one user or address has
 * at most a third of the connections, and the queues of all who wait take turns. What is done for all, as the batches
 * of the ledger, goes first.
 */
class FairPool extends pg_1.default.Pool {
    constructor(config) {
        super(config);
        this.leaves = new WeakMap();
        this.patienceMs = config.connectionTimeoutMillis;
        const placesEach = Math.max(1, Math.floor(config.max / 3));
        this.queue = new fair_queue_js_1.FairQueue({ places: config.max, placesEach, patienceMs: this.patienceMs, late });
        this.on('release', (_error, client) => this.leaves.get(client)?.());
    }
    connect(callback) {
        if (!callback)
            return this.connected();
        const since = performance.now();
        this.queue.take().then((leave) => this.connectWith(leave, inTime(callback, this.patienceMs - (performance.now() - since))), (error) => callback(error, undefined, () => undefined));
    }
    connectWith(leave, callback) {
        super.connect((error, client, release) => {
            if (client)
                this.leaves.set(client, leave);
            else
                leave();
            callback(error, client, release);
        });
    }
    connected() {
        return new Promise((resolve, reject) => this.connect((error, client) => (error ? reject(error) : resolve(client))));
    }
}
exports.FairPool = FairPool;
/** @returns the same, which is told after those milliseconds that there is no connection; one that comes later goes back */
function inTime(callback, ms) {
    let isLate = false;
    const timer = setTimeout(() => {
        isLate = true;
        callback(late(), undefined, () => undefined);
    }, ms);
    return (error, client, release) => {
        clearTimeout(timer);
        if (!isLate)
            callback(error, client, release);
        else if (client)
            release();
    };
}
//# sourceMappingURL=fair-pool.js.map