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
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
var Reapplication_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Reapplication = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const p_limit_1 = __importDefault(require("p-limit"));
const config_js_1 = require("../config.js");
const system_writes_js_1 = require("../entry/system-writes.js");
const due_repairs_js_1 = require("../ledger/due-repairs.js");
const fence_walks_js_1 = require("../ledger/fence-walks.js");
const register_js_1 = require("../ledger/register.js");
const services_js_1 = require("../run/services.js");
const repeatedly_js_1 = require("./repeatedly.js");
/*
 * Applies again what the register has decided, after GoingBack has noticed that a database was put back: first the
 * walks over the services' fences, where it was the ledger, then a `repair.user` in the lane of everybody who is due.
 *
 * All of it stands in the ledger: whichever worker dies, another goes on where it was. What two do at once is the same
 * write, by its key.
 */
/** Milliseconds between two looks for something to do, which is one small statement. */
const LOOK_EVERY_MS = 1000;
/** Users of one look. */
const PAGE = 200;
/** Fences of one page: as many lanes are locked at a time. */
const FENCES = 500;
/** Writes that are asked for at a time: as many as come into one batch. */
const AT_ONCE = 32;
let Reapplication = Reapplication_1 = class Reapplication {
    constructor(database, walks, repairs, services, writes, config) {
        this.database = database;
        this.walks = walks;
        this.repairs = repairs;
        this.services = services;
        this.writes = writes;
        this.config = config;
        this.logger = new common_1.Logger(Reapplication_1.name);
        this.stopped = new AbortController();
        this.finished = Promise.resolve();
        /** What stands in the way, so that it is said once. */
        this.trouble = null;
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
        this.finished = (0, repeatedly_js_1.repeatedly)(LOOK_EVERY_MS, this.stopped.signal, () => this.attempt());
    }
    async attempt() {
        try {
            const more = await this.round();
            this.trouble = null;
            return more;
        }
        catch (error) {
            const { message } = error;
            if (this.trouble !== message)
                this.logger.warn(`What the register has decided is not applied again yet: ${message}`);
            this.trouble = message;
            return false;
        }
    }
    /** @returns whether there is likely more to do */
    async round() {
        const walks = await this.walks.open();
        if (walks.length > 0) {
            const done = await Promise.allSettled(walks.map((walk) => this.walk(walk)));
            const failed = done.find((one) => one.status === 'rejected');
            if (failed)
                throw failed.reason;
            return true;
        }
        return (await this.follow(await this.repairs.some(PAGE))) === PAGE;
    }
    async walk(walk) {
        const query = { after: walk.afterUser ?? undefined, limit: FENCES };
        const call = { method: 'GET', path: contracts_1.FENCES_PATH, query, quiet: true };
        const { items } = await this.services.ask(walk.service, call);
        const behind = await this.walks.catchUp(walk, items, items.length < FENCES);
        if (behind > 0)
            this.logger.warn(`${walk.service} had come further than the ledger knew with ${behind} users.`);
    }
    /** @returns how many that were */
    async follow(due) {
        const limit = (0, p_limit_1.default)(AT_ONCE);
        const asked = await Promise.all(due.map((repair) => limit(() => this.ask(repair))));
        const done = due.filter((_, index) => asked[index] !== null);
        if (done.length > 0)
            await this.repairs.done(done);
        return done.length;
    }
    /** @returns the id of the write, or null where it has found no place */
    ask({ userId, cause, isRestored }) {
        const payload = isRestored ? register_js_1.RESTORED : {};
        return this.writes.submit({ kind: 'repair.user', userId, key: `again ${cause} ${userId}`, payload });
    }
};
exports.Reapplication = Reapplication;
exports.Reapplication = Reapplication = Reapplication_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        fence_walks_js_1.FenceWalks,
        due_repairs_js_1.DueRepairs,
        services_js_1.Services,
        system_writes_js_1.SystemWrites,
        config_js_1.GatewayConfig])
], Reapplication);
//# sourceMappingURL=reapplication.js.map