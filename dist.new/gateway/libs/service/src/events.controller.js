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
exports.EventsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../contracts/src/index.js");
const class_validator_1 = require("class-validator");
const outbox_js_1 = require("./outbox.js");
const service_token_js_1 = require("./service-token.js");
class EventsQuery {
    constructor() {
        this.limit = contracts_1.EVENTS_PER_PAGE;
    }
}
__decorate([
    (0, swagger_1.ApiPropertyOptional)({ minimum: 1, maximum: contracts_1.EVENTS_PER_PAGE, default: contracts_1.EVENTS_PER_PAGE }),
    (0, contracts_1.Optional)(),
    (0, contracts_1.FromDigits)(),
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(contracts_1.EVENTS_PER_PAGE),
    __metadata("design:type", Number)
], EventsQuery.prototype, "limit", void 0);
/** The outbox is the same in every service. */
let EventsController = class EventsController {
    constructor(outbox) {
        this.outbox = outbox;
    }
    /** What was not acknowledged, oldest first: an event is given again until it is. */
    oldest({ limit }) {
        return this.outbox.oldest(limit);
    }
    /** The caller has these events: they are forgotten here. */
    acknowledge({ ids }) {
        return this.outbox.acknowledge(ids);
    }
};
exports.EventsController = EventsController;
__decorate([
    openapi.ApiOperation({ summary: "What was not acknowledged, oldest first: an event is given again until it is." }),
    (0, common_1.Get)(),
    openapi.ApiResponse({ status: 200, type: require("../../contracts/src/events").DomainEvents }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [EventsQuery]),
    __metadata("design:returntype", Promise)
], EventsController.prototype, "oldest", null);
__decorate([
    openapi.ApiOperation({ summary: "The caller has these events: they are forgotten here." }),
    (0, common_1.Post)('acknowledge'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.AcknowledgeEvents]),
    __metadata("design:returntype", Promise)
], EventsController.prototype, "acknowledge", null);
exports.EventsController = EventsController = __decorate([
    (0, swagger_1.ApiTags)('events'),
    (0, common_1.Controller)(contracts_1.EVENTS_PATH),
    (0, common_1.UseGuards)(service_token_js_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [outbox_js_1.Outbox])
], EventsController);
//# sourceMappingURL=events.controller.js.map