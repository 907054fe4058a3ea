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
exports.OperationStreams = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const endings_js_1 = require("../ledger/endings.js");
const lane_changes_js_1 = require("../ledger/lane-changes.js");
const queries_js_1 = require("../ledger/queries.js");
const states_js_1 = require("../ledger/states.js");
const views_js_1 = require("../ledger/views.js");
const event_streams_js_1 = require("./event-streams.js");
const operation_access_js_1 = require("./operation-access.js");
const replays_js_1 = require("./replays.js");
/** A number of the ledger's: 63 bits. */
const EVENT_ID = /^\d{1,18}$/;
/**
 * Streams of what becomes of writes. An event's id is the number of the change in its lane, so that every process gives
 * the same, and one stream may resume another. A stream subscribes before it looks, and looks again from where it has
 * come to: what is announced twice is told once, and what is not announced is told with the next.
 */
let OperationStreams = class OperationStreams {
    constructor(streams, endings, changes, queries, access, replays) {
        this.streams = streams;
        this.endings = endings;
        this.changes = changes;
        this.queries = queries;
        this.access = access;
        this.replays = replays;
    }
    /** Tells of all operations in a lane, from `Last-Event-ID` or from now on. */
    async ofLane(userId, request, reply) {
        const known = lastEventIdOf(request);
        const latest = await this.changes.latest(userId);
        const from = known === null ? latest : earlier(known, latest);
        const stream = this.streams.begin(request, reply);
        stream.beginAfter(String(from));
        this.run(stream, () => this.followLane(stream, userId, { from, isBehind: known !== null }));
    }
    /**
     * Tells of one operation, beginning with what it is now, or after `Last-Event-ID`, until it is over. Who has had all
     * of it is answered 204, which tells browsers not to come again.
     */
    async ofOperation(id, request, reply) {
        const known = lastEventIdOf(request);
        const operation = await this.queries.operation(id);
        if (!operation)
            throw new service_1.Problem('not-found');
        const from = known === null ? null : earlier(known, await this.changes.latest(operation.userId));
        if (from !== null && (0, states_js_1.isEnded)(operation.state) && (0, lane_changes_js_1.changesOf)(operation, from).length === 0) {
            void reply.status(204).send();
            return;
        }
        const verify = () => this.access.assertStillReadable(id, request);
        const stream = this.streams.begin(request, reply, { holder: `holder ${id}`, verify });
        this.run(stream, () => this.followOperation(stream, operation, from));
    }
    /** Whatever goes wrong ends the stream: the client comes again, and is told by that answer what is the matter. */
    run(stream, follow) {
        follow().then(() => stream.end(), () => stream.end());
    }
    /** @param isBehind whether there may be older changes to tell, which takes a turn of the user's replays */
    async followLane(stream, userId, { from, isBehind }) {
        let told = from;
        await this.endings.follow(userId, stream.closed, async () => {
            do {
                if (isBehind)
                    await this.replays.turn(userId, stream.closed);
                if (stream.closed.aborted)
                    return false;
                const page = await this.changes.after(userId, told);
                await tell(stream, page.changes);
                told = page.upTo;
                isBehind = !page.isLast;
            } while (isBehind);
            return true;
        });
    }
    async followOperation(stream, { id, userId }, from) {
        let told = from;
        await this.endings.follow(userId, stream.closed, async () => {
            const operation = await this.queries.operation(id);
            if (!operation)
                return false;
            if (told === null)
                tellNow(stream, operation);
            else
                await tell(stream, (0, lane_changes_js_1.changesOf)(operation, told));
            told = BigInt(operation.changes.at(-1) ?? 0);
            return !(0, states_js_1.isEnded)(operation.state);
        });
    }
};
exports.OperationStreams = OperationStreams;
exports.OperationStreams = OperationStreams = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [event_streams_js_1.EventStreams,
        endings_js_1.Endings,
        lane_changes_js_1.LaneChanges,
        queries_js_1.LedgerQueries,
        operation_access_js_1.OperationAccess,
        replays_js_1.Replays])
], OperationStreams);
/** No faster than they are taken: a page of large results would cut off a client that reads. */
async function tell(stream, changes) {
    for (const { number, operation } of changes) {
        stream.send('operation', operation, String(number));
        await stream.taken();
    }
}
/** One that is older than the numbers of changes has none. */
function tellNow(stream, operation) {
    stream.send('operation', (0, views_js_1.toView)(operation), operation.changes.at(-1));
}
/** @returns the event after which the client wants to go on, or null. @throws Problem 400 where it is none of ours */
function lastEventIdOf({ headers }) {
    const id = headers[contracts_1.HEADERS.lastEventId];
    if (id === undefined)
        return null;
    if (typeof id !== 'string' || !EVENT_ID.test(id)) {
        throw (0, service_1.invalidRequest)([
            { path: 'Last-Event-ID', message: 'must be the id of an event of this interface' },
        ]);
    }
    return BigInt(id);
}
/** One that is still to come, of another ledger say, would keep back all before it. */
function earlier(known, latest) {
    return known < latest ? known : latest;
}
//# sourceMappingURL=operation-streams.js.map