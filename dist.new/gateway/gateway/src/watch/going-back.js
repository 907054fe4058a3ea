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
var GoingBack_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.GoingBack = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const due_repairs_js_1 = require("../ledger/due-repairs.js");
const service_marks_js_1 = require("../ledger/service-marks.js");
const services_js_1 = require("../run/services.js");
const metrics_js_1 = require("./metrics.js");
const repeatedly_js_1 = require("./repeatedly.js");
/*
 * Notices that a database was put back as it was before, by the marks that the gateway leaves in the databases of the
 * services and in its own: of two sides the one with the older mark went back. With each mark the service is asked
 * whether it has come as far as the newest decisions of the register, in the transaction that keeps the mark: so it is
 * noticed, too, where a service was put back between two marks. What has to follow is written down with the notice;
 * Reapplication carries it out.
 *
 * Every worker looks, and the ledger lets one act. A mark is compared with what the ledger knew before the service was
 * asked and, where it is newer than that, with what it knows after: whatever another worker did meanwhile is no notice.
 */
/** Milliseconds between two looks at a service: one that is back is compared long before a minute is over. */
const LOOK_EVERY_MS = 1000;
/** Milliseconds for an answer. */
const TIMEOUT_MS = 2000;
let GoingBack = GoingBack_1 = class GoingBack {
    constructor(database, marks, repairs, services, config) {
        this.database = database;
        this.marks = marks;
        this.repairs = repairs;
        this.services = services;
        this.logger = new common_1.Logger(GoingBack_1.name);
        this.stopped = new AbortController();
        this.finished = Promise.resolve();
        /** What stands in the way of each service's mark, so that it is said once. */
        this.troubles = new Map();
        /** The services whose marks this process has compared at least once. */
        this.compared = new Set();
        this.present = config.worker ? contracts_1.SERVICES.filter((service) => config.services[service]) : [];
    }
    onApplicationBootstrap() {
        void this.begin();
    }
    /** Before the connections of the process are closed. */
    async beforeApplicationShutdown() {
        this.stopped.abort();
        await this.finished;
        // Of what is decided until now the services shall have a mark: it is a backup of now that may come back.
        await Promise.allSettled([...this.compared].map((service) => this.look(service, true)));
    }
    /** @returns whether this process knows of every service that neither it nor the ledger has gone back unnoticed */
    get isCurrent() {
        return this.present.every((service) => this.compared.has(service));
    }
    async begin() {
        if (this.present.length === 0)
            return;
        await this.database.start();
        const look = (service) => async () => {
            await this.look(service).then(() => this.troubles.delete(service), (error) => this.trouble(service, error.message));
            return false;
        };
        this.finished = Promise.all(this.present.map((service) => (0, repeatedly_js_1.repeatedly)(LOOK_EVERY_MS, this.stopped.signal, look(service))));
    }
    async look(service, isLast = false) {
        const known = await this.marks.of(service);
        const found = await this.markOf(service);
        if (found !== undefined) {
            const agrees = await this.compare(service, known, found);
            // A mark that follows at once would cover a difference which this look came too late to note.
            if (agrees)
                await this.leaveMark(service, isLast);
        }
        this.compared.add(service);
    }
    trouble(service, what) {
        if (this.troubles.get(service) !== what)
            this.logger.warn(`Whether ${service} went back in time is not known: ${what}`);
        this.troubles.set(service, what);
    }
    /** @returns the newest mark, null where there is none; undefined of a service that does not keep marks */
    async markOf(service) {
        const call = { method: 'GET', path: contracts_1.MARK_PATH, timeoutMs: TIMEOUT_MS, quiet: true };
        return this.services.ask(service, call).then(({ mark }) => mark, (error) => {
            if (error instanceof service_1.Problem && error.code === 'not-found')
                return undefined;
            throw error;
        });
    }
    /** @returns whether the service has the mark that the ledger knows; if not, it is seen to, and the next look tells */
    async compare(service, known, found) {
        if (known && !known.adopts && isKnown(known, found))
            return true;
        if (known?.adopts)
            await this.marks.adopt(known, found);
        else if (known?.mark && isOlder(found, known.mark))
            await this.serviceWentBack(service, known, found);
        else if (found)
            return this.compareAgain(service, found);
        else
            await this.marks.begin(service);
        return known === null && found === null;
    }
    /** A mark that the ledger did not know before the service was asked, beside what it knows now. */
    async compareAgain(service, found) {
        const now = await this.marks.of(service);
        if (now && !now.adopts && isKnown(now, found))
            return true;
        if (!now || !(now.adopts || isOlder(found, now.mark)))
            await this.ledgerWentBack(service, now, found);
        return false;
    }
    /** Leaves the next mark, if it is time for one, unless the service has lost a decision of the register. */
    async leaveMark(service, isLast) {
        const known = await this.marks.propose(service, isLast);
        if (!known?.next)
            return;
        const decisions = await this.repairs.newestDecisions(service, contracts_1.FENCES_PER_MARK);
        const body = { mark: known.next, fences: decisions.map(({ userId, seq }) => ({ userId, seq })) };
        const call = { method: 'PUT', path: contracts_1.MARK_PATH, body, timeoutMs: TIMEOUT_MS, quiet: true };
        const { behind } = await this.services.ask(service, call);
        if (behind.length === 0)
            return this.marks.kept(service, known.next);
        await this.decisionsLost(known, decisions.filter(({ userId }) => behind.includes(userId)));
    }
    /** It was put back without its mark being older: between two marks, or table by table. */
    async decisionsLost(known, lost) {
        const { service, mark } = known;
        const isOld = !mark || lost.some((decision) => due_repairs_js_1.DueRepairs.isBefore(decision, mark.at));
        const reason = `${service} has lost decisions about ${lost.length} of the users about whom the newest were made.`;
        const since = isOld ? null : mark.at;
        const due = await this.marks.wentBack({ known, found: mark, since, reason });
        this.tellOfService(service, reason, due);
    }
    async serviceWentBack(service, known, found) {
        const [then, before] = [found?.at ?? 'before the first', known.mark.at];
        const reason = `${service} went back in time: its newest mark is of ${then}, the ledger knows one of ${before}.`;
        const due = await this.marks.wentBack({ known, found, since: found?.at ?? null, reason });
        this.tellOfService(service, reason, due);
    }
    tellOfService(service, reason, due) {
        if (due === null)
            return;
        (0, metrics_js_1.observeWentBack)(service);
        this.logger.error(`${reason} What the register has decided since about ${due} users is applied again by itself; ` +
            `what else ${service} was told since then is lost: see the runbook, ServiceWentBack.`);
    }
    async ledgerWentBack(service, known, found) {
        if (!(await this.marks.ledgerWentBack(service, known, found, this.present)))
            return;
        (0, metrics_js_1.observeWentBack)('ledger');
        this.logger.error(`The ledger went back in time: ${service} has a mark of ${found.at} that it has never made. ` +
            'It learns from the services how far they have come and whom they have deleted; ' +
            'writes that it has forgotten are lost: see the runbook, ServiceWentBack.');
    }
};
exports.GoingBack = GoingBack;
exports.GoingBack = GoingBack = GoingBack_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        service_marks_js_1.ServiceMarks,
        due_repairs_js_1.DueRepairs,
        services_js_1.Services,
        config_js_1.GatewayConfig])
], GoingBack);
/** No mark at all is older than any. */
function isOlder(found, mark) {
    return mark !== null && (found === null || found.number < mark.number);
}
function isKnown({ mark, next }, found) {
    return isSame(mark, found) || (next !== null && isSame(next, found));
}
function isSame(one, other) {
    return one?.number === other?.number && one?.token === other?.token;
}
//# sourceMappingURL=going-back.js.map