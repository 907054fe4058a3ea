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
exports.LaneStandings = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const gathered_js_1 = require("./gathered.js");
/** Reads lanes many at a time: a comparison asks for every user that there is. */
let LaneStandings = class LaneStandings {
    constructor(database) {
        this.database = database;
        /** @returns the lane of that user, or null; who asks at the same time is answered by the same statement */
        this.of = (0, gathered_js_1.gathered)((userIds) => this.among(userIds));
    }
    /** @returns the lanes of those users that have one */
    async among(userIds) {
        const rows = await this.database.query(`select user_id as "userId", admission, depth, last_seq as "lastSeq" from lanes where user_id = any($1)`, [userIds]);
        return new Map(rows.map(({ userId, ...lane }) => [userId, lane]));
    }
};
exports.LaneStandings = LaneStandings;
exports.LaneStandings = LaneStandings = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], LaneStandings);
//# sourceMappingURL=lane-standings.js.map