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
exports.DuePurges = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
/** Finds the users whose time to be restored is over. It decides nothing: admission does, under the lane's lock. */
let DuePurges = class DuePurges {
    constructor(database) {
        this.database = database;
    }
    /**
     * @returns those after that one who are due, the longest deleted first. Whom the services have yet to follow is left
     *   out: a restore of that user may be what one of them has lost.
     */
    page(graceMs, after, limit) {
        return this.database.query(`select user_id as "userId", deleted_at::text as "deletedAt" from lanes
       where admission = 'deleted' and depth = 0 and deleted_at <= now() - $1 * interval '1 ms'
         and ($2::timestamptz is null or (deleted_at, user_id) > ($2, $3::uuid))
         and not exists (select 1 from due_repairs d where d.user_id = lanes.user_id)
       order by deleted_at, user_id limit $4`, [graceMs, after?.deletedAt ?? null, after?.userId ?? null, limit]);
    }
};
exports.DuePurges = DuePurges;
exports.DuePurges = DuePurges = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], DuePurges);
//# sourceMappingURL=due-purges.js.map