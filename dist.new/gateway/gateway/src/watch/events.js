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
var EventInbox_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.EventInbox = void 0;
const node_crypto_1 = require("node:crypto");
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const uuid_1 = require("uuid");
const config_js_1 = require("../config.js");
const system_writes_js_1 = require("../entry/system-writes.js");
const received_events_js_1 = require("../ledger/received-events.js");
const services_js_1 = require("../run/services.js");
/*
 * Fetches what the services report: each event is written down once, those of a user in their order, and a change
 * that a service began by itself becomes a write in that user's lane, which makes the other services follow.
 *
 * An event is acknowledged only after both. If the process dies before the commit, it comes again and its write is
 * recognised by a key and an id made of the event's; if it dies after the commit, it comes again and is there
 * already. Each service has a loop of its own, and one process at a time does its work: what is wrong with one
 * service, or with one event, holds up no other.
 */
/** Milliseconds between two looks at a service that has no more events. */
const IDLE_MS = 500;
/** Events of one look. The transaction stays open while their writes are accepted, which takes milliseconds each. */
const PAGE = 100;
/** Milliseconds for an answer. */
const TIMEOUT_MS = 2000;
let EventInbox = EventInbox_1 = class EventInbox {
    constructor(database, received, services, writes, config) {
        this.database = database;
        this.received = received;
        this.services = services;
        this.writes = writes;
        this.config = config;
        this.logger = new common_1.Logger(EventInbox_1.name);
        this.stopped = new AbortController();
        this.finished = Promise.resolve();
        /** What is wrong with each service, so that it is said once. */
        this.troubles = new Map();
    }
    onApplicationBootstrap() {
        if (this.config.worker)
            void this.begin();
    }
    /** Before the connections of the process are closed. */
    async beforeApplicationShutdown() {
        this.stopped.abort();
        await this.finished;
    }
    async begin() {
        await this.database.start();
        const present = contracts_1.SERVICES.filter((service) => this.config.services[service]);
        this.finished = Promise.all(present.map((service) => this.follow(service)));
    }
    /** Until the process stops. */
    async follow(service) {
        const { signal } = this.stopped;
        while (!signal.aborted) {
            const more = await this.round(service).catch((error) => this.trouble(service, error.message));
            if (!more)
                await (0, promises_1.setTimeout)(IDLE_MS, undefined, { signal }).catch(() => undefined);
        }
    }
    /** Takes one page of events over. @returns whether there are likely more */
    async round(service) {
        const items = await this.oldest(service);
        const readable = items.filter(isReadable);
        if (readable.length > 0) {
            const taken = await this.received.takeTurn(service, (tx) => this.takeOver(tx, readable));
            if (taken === null)
                return false;
            await this.acknowledge(service, readable);
        }
        const unreadable = items.length - readable.length;
        if (unreadable > 0)
            return this.trouble(service, `${unreadable} of its events make no sense`);
        this.troubles.delete(service);
        return readable.length === PAGE;
    }
    /** Before the transaction, which must not wait for a service. A page that is old by then holds nothing unknown. */
    async oldest(service) {
        const { items } = await this.services.ask(service, {
            method: 'GET',
            path: contracts_1.EVENTS_PATH,
            query: { limit: PAGE },
            timeoutMs: TIMEOUT_MS,
            quiet: true,
        });
        return items;
    }
    async takeOver(tx, events) {
        const unknown = await this.received.append(tx, events);
        for (const event of events) {
            if (unknown.has(event.id))
                await this.submit(event);
        }
        return true;
    }
    /** A change that was a step of an operation needs no other: its saga has seen to the rest. */
    async submit(event) {
        const kind = contracts_1.FOLLOWED_EVENTS[event.type];
        if (!kind || event.data.operationId !== null)
            return;
        const write = { kind, userId: event.subject, id: operationIdOf(event), key: `event ${event.id}` };
        // Never refused: it has happened, whatever the lane says.
        if (!(await this.writes.submit(write)))
            throw new Error(`the event ${event.id} found no place in its lane`);
    }
    async acknowledge(service, events) {
        const body = { ids: events.map(({ id }) => id) };
        const path = `${contracts_1.EVENTS_PATH}/acknowledge`;
        await this.services.ask(service, { method: 'POST', path, body, timeoutMs: TIMEOUT_MS, quiet: true });
    }
    trouble(service, what) {
        if (this.troubles.get(service) !== what)
            this.logger.warn(`The events of ${service} wait: ${what}`);
        this.troubles.set(service, what);
        return false;
    }
};
exports.EventInbox = EventInbox;
exports.EventInbox = EventInbox = EventInbox_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        received_events_js_1.ReceivedEvents,
        services_js_1.Services,
        system_writes_js_1.SystemWrites,
        config_js_1.GatewayConfig])
], EventInbox);
/** @returns the id of the operation that follows an event: the same each time, and of the event's time */
function operationIdOf({ id, time }) {
    const random = (0, node_crypto_1.createHash)('sha256').update(id).digest().subarray(0, 16);
    return (0, uuid_1.v7)({ msecs: Date.parse(time), random });
}
/** What cannot be read stays with its service, unacknowledged, for somebody to look at. */
function isReadable({ id, subject, source, type, time, data }) {
    const operationId = data?.operationId;
    return ((0, class_validator_1.isUUID)(id) &&
        (0, class_validator_1.isUUID)(subject) &&
        typeof source === 'string' &&
        typeof type === 'string' &&
        (0, class_validator_1.isRFC3339)(time) &&
        (operationId === null || (0, class_validator_1.isUUID)(operationId)));
}
//# sourceMappingURL=events.js.map