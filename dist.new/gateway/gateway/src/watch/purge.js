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
exports.Purge = void 0;
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const system_writes_js_1 = require("../entry/system-writes.js");
const due_purges_js_1 = require("../ledger/due-purges.js");
const fence_walks_js_1 = require("../ledger/fence-walks.js");
const maintenance_js_1 = require("../queue/maintenance.js");
const going_back_js_1 = require("./going-back.js");
/*
 * Purges the users whom nobody has restored in time: it looks for them and asks for the write, no more. That each
 * is purged once, and never before its time, is decided under the lane's lock, so several processes may look at
 * once and this one may die anywhere: who is still deleted is found by the next look. It does not look while the ledger
 * may be older than the services, which may have purged the user already, by a write of a later place.
 */
/** Users of one page. */
const PAGE = 100;
/** A tenth of the grace period late at most, but neither busy looking nor later than a minute. */
const SHARE_OF_GRACE = 10;
const MIN_EVERY_MS = 1000;
const MAX_EVERY_MS = 60_000;
let Purge = class Purge {
    constructor(duePurges, goingBack, walks, writes, maintenance, config) {
        this.duePurges = duePurges;
        this.goingBack = goingBack;
        this.walks = walks;
        this.writes = writes;
        this.maintenance = maintenance;
        this.config = config;
    }
    onModuleInit() {
        const everyMs = purgeEveryMs(this.config.deletionGraceMs);
        this.maintenance.define({ name: 'purge', everyMs, run: (stopped) => this.run(stopped) });
    }
    async run(stopped) {
        if (!this.goingBack.isCurrent || (await this.walks.open()).length > 0)
            return;
        const { deletionGraceMs } = this.config;
        let after = null;
        do {
            const page = await this.duePurges.page(deletionGraceMs, after, PAGE);
            for (const { userId } of page) {
                await this.writes.submit({ kind: 'user.purge', userId, deletedForMs: deletionGraceMs });
            }
            after = page.length === PAGE ? page.at(-1) : null;
        } while (after !== null && !stopped.aborted);
    }
};
exports.Purge = Purge;
exports.Purge = Purge = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [due_purges_js_1.DuePurges,
        going_back_js_1.GoingBack,
        fence_walks_js_1.FenceWalks,
        system_writes_js_1.SystemWrites,
        maintenance_js_1.Maintenance,
        config_js_1.GatewayConfig])
], Purge);
function purgeEveryMs(graceMs) {
    return Math.min(MAX_EVERY_MS, Math.max(MIN_EVERY_MS, Math.round(graceMs / SHARE_OF_GRACE)));
}
//# sourceMappingURL=purge.js.map