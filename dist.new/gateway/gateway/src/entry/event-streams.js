"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.EventStreams = exports.EventStream = void 0;
const node_events_1 = require("node:events");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("./caller.js");
const quota_js_1 = require("./quota.js");
const under_way_js_1 = require("./under-way.js");
/** Milliseconds between two comments that tell a client, and whatever stands before it, that the stream is alive. */
const HEARTBEAT_MS = 15_000;
/** Milliseconds after which a client that was cut off comes again, to another process if this one stops. */
const RETRY_MS = 1000;
/** Milliseconds between two looks whether sessions go on; of an end this process knows within 2 s, and has 5. */
const VERIFY_MS = 2000;
/** Milliseconds in which a client takes the end of a stream; who does not read is cut off. */
const END_WITHIN_MS = 1000;
/** Bytes that a client may be behind; who does not read is cut off, and resumes where it was. */
const MAX_BEHIND_BYTES = 1024 * 1024;
/** Streams of one user in one process: a few pages and devices. Of 10,000 connections nobody can have many. */
const MAX_STREAMS = 10;
/** One client's stream of server-sent events. */
class EventStream {
    constructor(reply) {
        this.reply = reply;
        this.ended = new AbortController();
        const { raw } = reply;
        raw.once('close', () => this.ended.abort());
        const heartbeat = setInterval(() => this.write(': alive\n\n'), HEARTBEAT_MS);
        this.closed.addEventListener('abort', () => clearInterval(heartbeat));
    }
    /** Aborts when the client has gone, or the stream was ended. */
    get closed() {
        return this.ended.signal;
    }
    /** @param id what the client sends as `Last-Event-ID` to go on after this event */
    send(event, data, id) {
        const lines = [...(id ? [`id: ${id}`] : []), `event: ${event}`, `data: ${JSON.stringify(data)}`];
        this.write(`${lines.join('\n')}\n\n`);
        if (this.reply.raw.writableLength > MAX_BEHIND_BYTES)
            this.reply.raw.destroy();
    }
    /** Tells the client, without an event, what to send as `Last-Event-ID` if it is cut off before the first. */
    beginAfter(id) {
        this.write(`id: ${id}\n\n`);
    }
    /** Waits until the client has taken most of what was sent. */
    async taken() {
        if (!this.reply.raw.writableNeedDrain)
            return;
        await (0, node_events_1.once)(this.reply.raw, 'drain', { signal: this.closed }).catch(() => undefined);
    }
    end() {
        const { raw } = this.reply;
        raw.end();
        const late = setTimeout(() => raw.destroy(), END_WITHIN_MS);
        raw.once('close', () => clearTimeout(late));
        this.ended.abort();
    }
    /** After the end nothing may be written: Node makes an error of it that nobody catches, which ends the process. */
    write(text) {
        if (!this.closed.aborted)
            this.reply.raw.write(text);
    }
}
exports.EventStream = EventStream;
/**
 * Opens streams of events, and ends them with the session, or when the process is to stop: HTTP would wait for them.
 */
let EventStreams = class EventStreams {
    constructor() {
        this.open = new Map();
        this.countOf = new Map();
        this.verifying = null;
        this.stopped = false;
    }
    /**
     * @param holder whose stream it is where nobody is signed in: what the token lets in to, since one token may be
     *   written in many ways
     * @param verify throws when what let the request in is over
     * @throws Problem 429 where the caller has too many streams, 503 where the process stops
     */
    begin(request, reply, { holder = '', verify = () => (0, caller_js_1.verifyAgain)(request) } = {}) {
        if (this.stopped)
            throw (0, service_1.unavailable)('This process stops.');
        const owner = (0, caller_js_1.callerOf)(request)?.userId ?? holder;
        this.count(owner);
        (0, under_way_js_1.becomesStream)(request);
        reply.hijack();
        // Beside what browsers are told with every answer: which pages may read it, say.
        void reply.headers({
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store',
            // Nginx gathers answers otherwise.
            'x-accel-buffering': 'no',
            [contracts_1.HEADERS.requestId]: request.id,
        });
        reply.raw.writeHead(200, reply.getHeaders());
        reply.raw.write(`retry: ${RETRY_MS}\n\n`);
        (0, service_1.endSpanOf)(request, reply);
        const stream = new EventStream(reply);
        this.open.set(stream, verify);
        this.verifying ??= setInterval(() => void this.verifyAll(), VERIFY_MS).unref();
        stream.closed.addEventListener('abort', () => {
            this.open.delete(stream);
            this.uncount(owner);
        });
        // There will be nothing to send, and the client waits for the end; or it has gone meanwhile, and says so no more.
        if (request.method === 'HEAD' || reply.raw.destroyed)
            stream.end();
        return stream;
    }
    beforeApplicationShutdown() {
        this.stopped = true;
        if (this.verifying)
            clearInterval(this.verifying);
        for (const stream of this.open.keys())
            stream.end();
    }
    count(owner) {
        const count = this.countOf.get(owner) ?? 0;
        if (count >= MAX_STREAMS)
            throw (0, quota_js_1.rateLimited)(HEARTBEAT_MS / 1000);
        this.countOf.set(owner, count + 1);
    }
    uncount(owner) {
        const count = this.countOf.get(owner) - 1;
        if (count > 0)
            this.countOf.set(owner, count);
        else
            this.countOf.delete(owner);
    }
    /** While it cannot be said whether a session goes on, nothing can be read that a stream could tell. */
    async verifyAll() {
        await Promise.all([...this.open].map(([stream, verify]) => verify().catch((error) => {
            if ((0, service_1.problemOf)(error).code === 'unauthenticated')
                stream.end();
        })));
    }
};
exports.EventStreams = EventStreams;
exports.EventStreams = EventStreams = __decorate([
    (0, common_1.Injectable)()
], EventStreams);
//# sourceMappingURL=event-streams.js.map