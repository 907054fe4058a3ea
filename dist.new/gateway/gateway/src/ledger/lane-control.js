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
exports.LaneControl = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const audit_js_1 = require("./audit.js");
const execution_statements_js_1 = require("./execution-statements.js");
const lane_statements_js_1 = require("./lane-statements.js");
const release_statements_js_1 = require("./release-statements.js");
const NOT_FOUND = { found: false, changed: false, releases: [] };
const UNCHANGED = { found: true, changed: false, releases: [] };
/**
 * What operators do to lanes. Like everything else it happens in the ledger, under the lane's lock, and the audit
 * trail tells of it from the same commit on.
 */
let LaneControl = class LaneControl {
    constructor(database) {
        this.database = database;
    }
    /** Holds everything of the lane that has not begun, deletions too. */
    pause(userId, actorId, reason) {
        const change = (tx) => (0, execution_statements_js_1.pause)(tx, userId, actorId, reason);
        return this.control({ action: 'lane.pause', change, userId, actorId, reason });
    }
    /** Lets a paused lane go on. */
    resume(userId, actorId, reason) {
        const change = (tx) => (0, execution_statements_js_1.resume)(tx, userId);
        return this.control({ action: 'lane.resume', change, userId, actorId, reason });
    }
    /** Lets a halted lane go on: what it stopped at is tried again, unless the lane was paused before. */
    release(userId, actorId, reason) {
        const change = (tx) => (0, execution_statements_js_1.release)(tx, userId);
        return this.control({ action: 'lane.release', change, userId, actorId, reason });
    }
    control({ action, change, userId, actorId, reason }) {
        return this.database.statements(async (tx) => {
            if (!(await (0, lane_statements_js_1.lockLane)(tx, userId)))
                return NOT_FOUND;
            if (!(await change(tx)))
                return UNCHANGED;
            await (0, audit_js_1.appendIntervention)(tx, { action, userId, actorId, operationId: null, reason });
            // Of a lane that is paused now this releases nothing.
            return { found: true, changed: true, releases: await (0, release_statements_js_1.releaseHead)(tx, userId) };
        });
    }
};
exports.LaneControl = LaneControl;
exports.LaneControl = LaneControl = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], LaneControl);
//# sourceMappingURL=lane-control.js.map