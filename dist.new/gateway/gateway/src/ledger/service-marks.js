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
exports.ServiceMarks = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const audit_js_1 = require("./audit.js");
const due_repairs_js_1 = require("./due-repairs.js");
const fence_walks_js_1 = require("./fence-walks.js");
/*
 * What the ledger knows of the marks in the services' databases: of each service the mark that it has, and the next,
 * which is written down here before it is sent. A service can so have no mark that a current ledger does not know.
 *
 * `highest` grows with everything that is done to a row, and guards it: of several processes that notice the same, one
 * acts. To propose a mark that is proposed already does nothing to the row: otherwise the workers, each of which does so
 * every second while a service does not keep it, would keep one another from acting.
 */
/** Milliseconds between two marks of a service. By so much more than it may have lost is applied again. */
const MARK_EVERY_MS = 5000;
/** The same after a decision of the register: a ledger that is put back between two marks is not known to be older. */
const MARK_AFTER_DECISION_MS = 500;
/** Of a next mark, beside the number that a service has. */
const IS_LATER = 'next_number > coalesce($3::bigint, 0)';
const COLUMNS = 'service, number, token, at, next_number, next_token, next_at, highest, adopts';
let ServiceMarks = class ServiceMarks {
    constructor(database) {
        this.database = database;
    }
    /** @returns null where no mark was ever made for that service */
    async of(service) {
        return one(await this.database.query(`select ${COLUMNS} from service_marks where service = $1`, [service]));
    }
    /** Begins with marks for a service that has none. */
    async begin(service) {
        await this.database.query('insert into service_marks (service) values ($1) on conflict do nothing', [
            service,
        ]);
    }
    /**
     * Writes the next mark down, if it is time for one.
     * @param isLast the process is about to end, and has no time to wait for one
     * @returns it with the others, or null
     */
    async propose(service, isLast) {
        return one(await this.database.query(`update service_marks set highest = case when next_number is null then highest + 1 else highest end,
           next_number = coalesce(next_number, highest + 1),
           next_token = coalesce(next_token, gen_random_uuid()), next_at = coalesce(next_at, clock_timestamp())
         where service = $1 and not adopts
           and ($2 or kept_at is null or kept_at < now() - ${MARK_EVERY_MS} * interval '1 ms'
             or (kept_at < now() - ${MARK_AFTER_DECISION_MS} * interval '1 ms'
               and exists (select 1 from lanes where decided_at > service_marks.at)))
         returning ${COLUMNS}`, [service, isLast]));
    }
    /** The service has that mark, which was the next one. */
    async kept(service, { number, token }) {
        await this.database.query(`update service_marks set number = next_number, token = next_token, at = next_at, next_number = null,
         next_token = null, next_at = null, kept_at = now(), highest = highest + 1
       where service = $1 and next_number = $2 and next_token = $3`, [service, number, token]);
    }
    /** Takes what the service has for its mark, after the ledger was behind. */
    async adopt(known, found) {
        await accept(this.database, known, found);
    }
    /**
     * Notes that a service was put back: everybody about whom the register has decided since is due to be followed, and
     * the audit trail tells of it, in one transaction.
     * @returns how many users that are; null where another process has noticed it
     */
    wentBack({ known, found, since, reason }) {
        return this.database.statements(async (tx) => {
            if (!(await accept(tx, known, found)))
                return null;
            const { service, mark } = known;
            await (0, audit_js_1.appendNotice)(tx, {
                ...{ action: 'service.went-back', reason },
                ...{ before: { service, mark }, after: { service, mark: found } },
            });
            return (0, due_repairs_js_1.dueSince)(tx, (0, uuid_1.v7)(), since);
        });
    }
    /**
     * Notes that the ledger was put back: a service has a mark that this ledger has never made. What every service has
     * seen is walked through, and the marks that they have are taken as they are.
     * @param present the services that take part
     * @returns whether no other process has noticed it before
     */
    ledgerWentBack(service, known, found, present) {
        return this.database.statements(async (tx) => {
            if (!known)
                await tx.query('insert into service_marks (service) values ($1) on conflict do nothing', [service]);
            const before = known ?? { service, mark: null, next: null, highest: '0', adopts: false };
            if (!(await accept(tx, before, found)))
                return false;
            const marked = await this.adoptOthers(tx, service, present);
            await (0, fence_walks_js_1.beginWalks)(tx, (0, uuid_1.v7)(), [service, ...marked]);
            await (0, audit_js_1.appendNotice)(tx, {
                ...{ action: 'ledger.went-back', reason: `${service} has a mark that this ledger has never made.` },
                ...{ before: { service, mark: before.mark }, after: { service, mark: found } },
            });
            return true;
        });
    }
    /** The core services keep marks, of whichever the ledger has forgotten the row. @returns those and all that have one */
    async adoptOthers(tx, service, present) {
        await tx.query('insert into service_marks (service) select unnest($1::text[]) on conflict do nothing', [
            contracts_1.CORE_SERVICES,
        ]);
        const rows = await tx.query(`update service_marks set adopts = true, highest = highest + 1
       where service <> $1 and service = any($2) returning service`, [service, present]);
        return rows.map((row) => row.service);
    }
};
exports.ServiceMarks = ServiceMarks;
exports.ServiceMarks = ServiceMarks = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], ServiceMarks);
/**
 * Takes what was found for the service's mark. A next one that is later stays: it may be on the wire, and the service
 * would have a mark that the ledger does not know.
 * @returns whether nothing was done to the row since it was read
 */
async function accept(ledger, known, found) {
    const rows = await ledger.query(`update service_marks set number = $3::bigint, token = $4::uuid, at = $5::timestamptz,
       next_number = case when ${IS_LATER} then next_number end, next_token = case when ${IS_LATER} then next_token end,
       next_at = case when ${IS_LATER} then next_at end,
       adopts = false, kept_at = now(), highest = greatest(highest, coalesce($3::bigint, 0)) + 1
     where service = $1 and highest = $2 returning 1`, [known.service, known.highest, found?.number ?? null, found?.token ?? null, found?.at ?? null]);
    return rows.length > 0;
}
function one(rows) {
    const [row] = rows;
    if (!row)
        return null;
    return {
        ...{ service: row.service, highest: row.highest, adopts: row.adopts },
        mark: markOf(row.number, row.token, row.at),
        next: markOf(row.next_number, row.next_token, row.next_at),
    };
}
function markOf(number, token, at) {
    return number === null ? null : { number: Number(number), token, at: at.toISOString() };
}
//# sourceMappingURL=service-marks.js.map