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
var Endings_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Endings = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const announcer_js_1 = require("./announcer.js");
const listener_js_1 = require("./listener.js");
const queries_js_1 = require("./queries.js");
const shared_waits_js_1 = require("./shared-waits.js");
const states_js_1 = require("./states.js");
/** Tells of the end of an operation, in the transaction that ends it: the user's id and the operation's. */
const ENDED_CHANNEL = 'operation_ended';
/** Milliseconds after which followers look even if nothing was heard: who was to announce a change may have died. */
const LOOK_AGAIN_MS = 30_000;
/**
 * Milliseconds after which those that wait for an end look even if nothing was heard: until a connection that leads
 * nowhere is found they would wait in vain. All look at once, which is two statements for all of them.
 */
const LOOK_FOR_END_MS = 2000;
/**
 * Hears from the database when operations end, or change, whichever process it was that did it. One connection for all
 * that wait in this process. A notification may be lost with the connection, so whoever waits subscribes first, then
 * looks, and is woken to look again whenever the connection is new. All who wait for one operation, or for one lane,
 * share each look, so that the reads grow with the changes and not with those who wait.
 */
let Endings = Endings_1 = class Endings {
    constructor(config, queries) {
        this.config = config;
        this.followers = new Map();
        this.looking = [];
        this.stopped = false;
        this.operations = new shared_waits_js_1.SharedWaits((id) => queries.operation(id), isUnavailable);
        this.lanes = new shared_waits_js_1.SharedWaits((userId) => queries.firstUnfinished(userId), isUnavailable);
        this.listener = new listener_js_1.Listener({
            connectionString: config.databaseUrl,
            applicationName: 'turnpike-endings',
            channels: [ENDED_CHANNEL, announcer_js_1.CHANGED_CHANNEL],
            hear: (notification) => this.hear(notification),
            look: () => this.lookAtAll(),
            logger: new common_1.Logger(Endings_1.name),
        });
    }
    onApplicationBootstrap() {
        if (!this.config.api)
            return;
        this.looking = [
            setInterval(() => this.stir([...this.followers.keys()]), LOOK_AGAIN_MS).unref(),
            setInterval(() => this.lookForEnds(), LOOK_FOR_END_MS).unref(),
        ];
        void this.listener.keepListening();
    }
    /**
     * Waits until that operation has ended. While the database is away it goes on waiting: the write is under way whether
     * it can be looked at or not.
     * @returns the operation, or null where it has not ended in time
     */
    ofOperation(id, patience) {
        return this.waitFor(this.operations, id, { ...patience, isEnough: ({ state }) => (0, states_js_1.isEnded)(state) });
    }
    /** Waits until every write of that lane up to that place has ended. @returns whether they have in time */
    async ofLane(userId, seq, patience) {
        const terms = { ...patience, isEnough: (first) => first > seq };
        return (await this.waitFor(this.lanes, userId, terms)) !== null;
    }
    /**
     * Looks at once, and then whenever operations of that user may have changed since the last look began, until the
     * signal.
     * @param look answers whether to go on; what it throws ends it, too
     */
    async follow(userId, signal, look) {
        let wake = () => undefined;
        const stir = () => wake();
        const unfollow = this.addFollower(userId, stir);
        signal.addEventListener('abort', stir);
        try {
            while (!signal.aborted) {
                const stirred = new Promise((resolve) => (wake = resolve));
                if (!(await look()))
                    return;
                await stirred;
            }
        }
        finally {
            signal.removeEventListener('abort', stir);
            unfollow();
        }
    }
    /** Before HTTP stops, which waits for the requests that wait here. */
    async beforeApplicationShutdown() {
        this.stopped = true;
        this.looking.forEach((timer) => clearInterval(timer));
        this.operations.endAll();
        this.lanes.endAll();
        this.stir([...this.followers.keys()]);
        await this.listener.stop();
    }
    waitFor(waits, key, terms) {
        return waits.waitFor(key, this.stopped ? { ...terms, timeoutMs: 0 } : terms);
    }
    addFollower(userId, stir) {
        const followers = this.followers.get(userId) ?? new Set();
        this.followers.set(userId, followers.add(stir));
        return () => {
            followers.delete(stir);
            if (followers.size === 0 && this.followers.get(userId) === followers)
                this.followers.delete(userId);
        };
    }
    hear({ channel, payload = '' }) {
        if (channel === announcer_js_1.CHANGED_CHANNEL)
            return this.stir(payload.split(','));
        const [userId, operationId] = payload.split(' ');
        this.operations.lookAgain(operationId);
        this.lanes.lookAgain(userId);
        this.stir([userId]);
    }
    stir(userIds) {
        for (const userId of userIds)
            this.followers.get(userId)?.forEach((stir) => stir());
    }
    lookForEnds() {
        this.operations.lookAtAll();
        this.lanes.lookAtAll();
    }
    lookAtAll() {
        this.lookForEnds();
        this.stir([...this.followers.keys()]);
    }
};
exports.Endings = Endings;
exports.Endings = Endings = Endings_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig,
        queries_js_1.LedgerQueries])
], Endings);
function isUnavailable(error) {
    return (0, service_1.problemOf)(error).code === 'unavailable';
}
//# sourceMappingURL=endings.js.map