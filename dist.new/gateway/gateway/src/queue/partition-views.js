"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var PartitionViews_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.PartitionViews = void 0;
const common_1 = require("@nestjs/common");
const timeout_js_1 = require("./timeout.js");
/** Milliseconds for all partitions together: whoever looks has the rest without them. */
const ANSWER_WITHIN_MS = 1000;
/** What is in the queue. The ledger does not ask: operators do. */
let PartitionViews = PartitionViews_1 = class PartitionViews {
    constructor() {
        this.logger = new common_1.Logger(PartitionViews_1.name);
        this.queues = null;
    }
    /** Called once the queue's server was reachable. */
    open(queues) {
        this.queues = [...queues];
    }
    /** @returns null while the queue does not answer */
    async now() {
        if (!this.queues)
            return null;
        try {
            return await (0, timeout_js_1.withTimeout)(Promise.all(this.queues.map(viewOf)), ANSWER_WITHIN_MS);
        }
        catch (error) {
            this.logger.warn(`The partitions are not known: ${error.message}`);
            return null;
        }
    }
};
exports.PartitionViews = PartitionViews;
exports.PartitionViews = PartitionViews = PartitionViews_1 = __decorate([
    (0, common_1.Injectable)()
], PartitionViews);
async function viewOf(queue) {
    const [counts, paused] = await Promise.all([
        queue.getJobCounts('waiting', 'active', 'delayed'),
        queue.isPaused(),
    ]);
    const { waiting = 0, active = 0, delayed = 0 } = counts;
    return { name: queue.name, waiting, active, delayed, paused };
}
//# sourceMappingURL=partition-views.js.map