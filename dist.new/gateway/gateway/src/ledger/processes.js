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
exports.Processes = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
/** Seconds after which a process that says nothing is shown no more; by then its leases have run out, too. */
const GONE_AFTER_SECONDS = 60;
/** The gateway processes that are alive. */
let Processes = class Processes {
    constructor(database) {
        this.database = database;
    }
    /** Takes the report in, and forgets who has been silent. */
    async report({ id, worker, since, running, breakers }) {
        await this.database.query(`with gone as (delete from processes where last_seen < now() - $6 * interval '1 s' and id <> $1)
       insert into processes (id, worker, since, last_seen, running, breakers) values ($1, $2, $3, now(), $4, $5)
       on conflict (id) do update
         set last_seen = now(), running = excluded.running, breakers = excluded.breakers`, [id, worker, since, running, JSON.stringify(breakers), GONE_AFTER_SECONDS]);
    }
    /** A process that stops is not missed. */
    async leave(id) {
        await this.database.query('delete from processes where id = $1', [id]);
    }
    /** @returns the workers, and the breakers of all processes */
    async alive() {
        const rows = await this.database.query(`select id, worker, since, last_seen as "lastSeen", running, breakers from processes
       where last_seen > now() - $1 * interval '1 s' order by since, id`, [GONE_AFTER_SECONDS]);
        return {
            workers: rows.filter(({ worker }) => worker).map(workerView),
            breakers: rows.map(({ breakers }) => breakers),
        };
    }
};
exports.Processes = Processes;
exports.Processes = Processes = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Processes);
function workerView({ id, since, running, lastSeen }) {
    return { id, since: since.toISOString(), running, lastSeen: lastSeen.toISOString() };
}
//# sourceMappingURL=processes.js.map