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
Object.defineProperty(exports, "__esModule", { value: true });
exports.Confirmation = void 0;
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const p_limit_1 = __importDefault(require("p-limit"));
const config_js_1 = require("../config.js");
const lane_standings_js_1 = require("../ledger/lane-standings.js");
const faults_js_1 = require("./faults.js");
const source_pages_js_1 = require("./source-pages.js");
/*
 * Tells faults from work under way. A fault counts when it is seen twice, STANDS_MS apart, and the user's lane was
 * idle at both looks and accepted nothing in between; a user without a lane has no writes, only the wait. Who is not
 * left in peace for that long is left to the next run.
 */
/** Milliseconds between two looks: longer than a change that a service began takes to reach the lane. */
const STANDS_MS = 2000;
/** Looks at a user whose lane is busy, beside the first. */
const MORE_LOOKS = 4;
/** Users that are looked at at a time: the services have other work. */
const AT_ONCE = 8;
let Confirmation = class Confirmation {
    constructor(pages, lanes, config) {
        this.pages = pages;
        this.lanes = lanes;
        this.config = config;
    }
    /** @returns what is certainly wrong about these users */
    async confirm(userIds, signal) {
        const confirmed = [];
        let before = await this.lookAt(userIds);
        for (let more = 0; more < MORE_LOOKS; more += 1) {
            const open = [...before].filter(([, look]) => isOpen(look)).map(([userId]) => userId);
            if (open.length === 0)
                break;
            await (0, promises_1.setTimeout)(STANDS_MS, undefined, { signal });
            const now = await this.lookAt(open);
            for (const [userId, look] of now) {
                const earlier = before.get(userId);
                if (look.standing === null || look.standing !== earlier.standing)
                    continue;
                confirmed.push(...look.findings.filter((finding) => earlier.findings.some(isThe(finding))));
                now.delete(userId);
            }
            before = now;
        }
        return confirmed;
    }
    async lookAt(userIds) {
        const limit = (0, p_limit_1.default)(AT_ONCE);
        const looks = userIds.map((userId) => limit(async () => [userId, await this.look(userId)]));
        return new Map(await Promise.all(looks));
    }
    /** The lane is read before and after the rows: what it accepted in between makes them worth nothing. */
    async look(userId) {
        const lane = await this.lanes.of(userId);
        const before = standingOf(lane);
        if (before === null)
            return { standing: null, findings: [] };
        const findings = await this.findingsAbout(userId, (0, faults_js_1.goneBy)(lane?.admission));
        const after = standingOf(await this.lanes.of(userId));
        return { standing: after === before ? after : null, findings };
    }
    async findingsAbout(userId, gone) {
        const { relations } = this.config;
        const users = [];
        const rows = [];
        for await (const page of this.pages.users({ userId }))
            users.push(...page);
        for (const source of (0, faults_js_1.sourcesOf)(relations)) {
            for await (const page of this.pages.rows(source, { userId }))
                rows.push(...page);
        }
        return (0, faults_js_1.findingsAbout)(userId, users[0], rows, relations, gone);
    }
};
exports.Confirmation = Confirmation;
exports.Confirmation = Confirmation = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [source_pages_js_1.SourcePages,
        lane_standings_js_1.LaneStandings,
        config_js_1.GatewayConfig])
], Confirmation);
/** @returns what stays the same while nothing is accepted, or null while something is under way */
function standingOf(lane) {
    if (!lane)
        return 'no lane';
    return lane.depth > 0 ? null : `${lane.admission} and idle after ${lane.lastSeq}`;
}
/** Whether another look may tell more. */
function isOpen({ standing, findings }) {
    return standing === null || findings.length > 0;
}
function isThe(one) {
    return ({ relation, kind, id }) => relation === one.relation && kind === one.kind && id === one.id;
}
//# sourceMappingURL=confirmation.js.map