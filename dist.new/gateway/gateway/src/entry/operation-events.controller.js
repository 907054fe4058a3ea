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
exports.OperationEventsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("./caller.js");
const operation_access_js_1 = require("./operation-access.js");
const operation_streams_js_1 = require("./operation-streams.js");
const request_js_1 = require("./request.js");
const routes_js_1 = require("./routes.js");
/** A route that answers with a stream which the client may resume. */
function StreamsOperations() {
    return (0, common_1.applyDecorators)((0, swagger_1.ApiHeader)({
        name: 'Last-Event-ID',
        required: false,
        description: 'The id of the last event that the client has had, of either stream: those after it follow',
    }), (0, swagger_1.ApiExtraModels)(contracts_1.OperationView), (0, swagger_1.ApiOkResponse)({
        description: 'Events of the type `operation`, one for each change, with an OperationView as their data. Their ids grow within a user.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
    }), (0, service_1.ApiProblems)('rate-limited', 'invalid-request'));
}
/** What becomes of writes, as server-sent events. */
let OperationEventsController = class OperationEventsController {
    constructor(access, streams) {
        this.access = access;
        this.streams = streams;
    }
    /** The changes of all operations in the caller's lane, from now on; ends with the session. */
    events(caller, request, reply) {
        return this.streams.ofLane(caller.userId, request, reply);
    }
    /** One operation: what it is now, and then each of its changes; ends when it is over. */
    async eventsOfOne(id, request, reply) {
        await this.access.assertReadable(id, request);
        await this.streams.ofOperation(id, request, reply);
    }
};
exports.OperationEventsController = OperationEventsController;
__decorate([
    openapi.ApiOperation({ summary: "The changes of all operations in the caller's lane, from now on; ends with the session." }),
    (0, common_1.Get)('events'),
    (0, routes_js_1.Allows)('operation.list'),
    StreamsOperations(),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, caller_js_1.CurrentCaller)()),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, Object]),
    __metadata("design:returntype", Promise)
], OperationEventsController.prototype, "events", null);
__decorate([
    openapi.ApiOperation({ summary: "One operation: what it is now, and then each of its changes; ends when it is over." }),
    (0, common_1.Get)('operations/:id/events'),
    (0, routes_js_1.Allows)('operation.read'),
    (0, swagger_1.ApiHeader)({ name: 'Operation-Token', required: false, description: 'From the 202 of a registration' }),
    StreamsOperations(),
    (0, swagger_1.ApiResponse)({ status: 204, description: 'It is over, and the client has had all of its events.' }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object]),
    __metadata("design:returntype", Promise)
], OperationEventsController.prototype, "eventsOfOne", null);
exports.OperationEventsController = OperationEventsController = __decorate([
    (0, swagger_1.ApiTags)('operations'),
    (0, common_1.Controller)('v1'),
    __metadata("design:paramtypes", [operation_access_js_1.OperationAccess,
        operation_streams_js_1.OperationStreams])
], OperationEventsController);
//# sourceMappingURL=operation-events.controller.js.map