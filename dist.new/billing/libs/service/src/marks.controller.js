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
exports.MarksController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../contracts/src/index.js");
const marks_js_1 = require("./marks.js");
const openapi_js_1 = require("./openapi.js");
const service_token_js_1 = require("./service-token.js");
/** Marks and fences are the same in every service. */
let MarksController = class MarksController {
    constructor(marks) {
        this.marks = marks;
    }
    /** The newest mark that the gateway has left in this database. */
    async newest() {
        return { mark: await this.marks.newest() };
    }
    /** Leaves a mark, unless this database is behind what the ledger knows of it. */
    keep(body) {
        return this.marks.keep(body);
    }
    /** How far this service has come with each user, in the order of their ids. */
    async fences(query) {
        return { items: await this.marks.fences(query) };
    }
};
exports.MarksController = MarksController;
__decorate([
    openapi.ApiOperation({ summary: "The newest mark that the gateway has left in this database." }),
    (0, common_1.Get)('mark'),
    openapi.ApiResponse({ status: 200, type: require("../../contracts/src/marks").MarkView }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], MarksController.prototype, "newest", null);
__decorate([
    openapi.ApiOperation({ summary: "Leaves a mark, unless this database is behind what the ledger knows of it." }),
    (0, common_1.Put)('mark'),
    openapi.ApiResponse({ status: 200, type: require("../../contracts/src/marks").MarkKept }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SetMark]),
    __metadata("design:returntype", Promise)
], MarksController.prototype, "keep", null);
__decorate([
    openapi.ApiOperation({ summary: "How far this service has come with each user, in the order of their ids." }),
    (0, common_1.Get)('fences'),
    (0, openapi_js_1.ApiItems)(contracts_1.FenceView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.FencesQuery]),
    __metadata("design:returntype", Promise)
], MarksController.prototype, "fences", null);
exports.MarksController = MarksController = __decorate([
    (0, swagger_1.ApiTags)('marks'),
    (0, common_1.Controller)('internal'),
    (0, common_1.UseGuards)(service_token_js_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [marks_js_1.Marks])
], MarksController);
//# sourceMappingURL=marks.controller.js.map