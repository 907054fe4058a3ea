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
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.IntegrityController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
let IntegrityController = class IntegrityController {
    constructor(database) {
        this.database = database;
    }
    /** The users that others may refer to, in the order of their ids. */
    async users({ after, limit, userId }) {
        const items = await this.database.query(`select id, state, first_name || ' ' || last_name as name from users
       where state <> 'purged' and ($1::uuid is null or id > $1) and ($2::uuid is null or id = $2)
       order by id limit $3`, [after, userId, limit]);
        return { items };
    }
};
exports.IntegrityController = IntegrityController;
__decorate([
    openapi.ApiOperation({ summary: "The users that others may refer to, in the order of their ids." }),
    (0, common_1.Get)('users'),
    (0, service_1.ApiItems)(contracts_1.IntegrityUser),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.IntegrityQuery]),
    __metadata("design:returntype", Promise)
], IntegrityController.prototype, "users", null);
exports.IntegrityController = IntegrityController = __decorate([
    (0, swagger_1.ApiTags)('integrity'),
    (0, common_1.Controller)('internal/integrity'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [service_1.Database])
], IntegrityController);
//# sourceMappingURL=integrity.controller.js.map