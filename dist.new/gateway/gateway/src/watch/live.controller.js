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
exports.LiveController = void 0;
const openapi = require("@nestjs/swagger");
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const caller_js_1 = require("../entry/caller.js");
const event_streams_js_1 = require("../entry/event-streams.js");
const routes_js_1 = require("../entry/routes.js");
const summary_js_1 = require("./summary.js");
/** Milliseconds between two summaries. */
const EVERY_MS = 1000;
let LiveController = class LiveController {
    constructor(streams, summary) {
        this.streams = streams;
        this.summary = summary;
    }
    /** The summary again and again, as server-sent events of the type `summary`; ends with the session. */
    live(request, reply) {
        const stream = this.streams.begin(request, reply);
        const send = async () => {
            while (!stream.closed.aborted) {
                await (0, caller_js_1.verifyAgain)(request);
                stream.send('summary', await this.summary.now());
                await (0, promises_1.setTimeout)(EVERY_MS, undefined, { signal: stream.closed });
            }
        };
        // The client connects again, and is told by that answer what is the matter.
        send().catch(() => stream.end());
    }
};
exports.LiveController = LiveController;
__decorate([
    openapi.ApiOperation({ summary: "The summary again and again, as server-sent events of the type `summary`; ends with the session." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    (0, swagger_1.ApiExtraModels)(contracts_1.OpsSummary),
    (0, swagger_1.ApiOkResponse)({
        description: 'Events with an OpsSummary as their data.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
    __param(0, (0, common_1.Req)()),
    __param(1, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", void 0)
], LiveController.prototype, "live", null);
exports.LiveController = LiveController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)('v1/ops/live'),
    __metadata("design:paramtypes", [event_streams_js_1.EventStreams,
        summary_js_1.Summary])
], LiveController);
//# sourceMappingURL=live.controller.js.map