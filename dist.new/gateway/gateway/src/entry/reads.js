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
exports.Reads = void 0;
exports.sendResource = sendResource;
exports.tag = tag;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const endings_js_1 = require("../ledger/endings.js");
const queries_js_1 = require("../ledger/queries.js");
const authorise_js_1 = require("./authorise.js");
const request_js_1 = require("./request.js");
const under_way_js_1 = require("./under-way.js");
/** Seconds that a read waits for the write that it is to come after, unless the client says otherwise. */
const READ_AFTER_SECONDS = 5;
/** What reads of every resource have in common: they may wait for a write, and are conditional. */
let Reads = class Reads {
    constructor(queries, endings) {
        this.queries = queries;
        this.endings = endings;
    }
    /**
     * Waits for the write that `Read-After` names: until every write of its lane up to that one has ended.
     * @param userId whose lane `latest` means
     * @throws Problem 409 when it has not ended in time
     */
    async after(request, caller, userId) {
        const header = request.headers[contracts_1.HEADERS.readAfter];
        if (header === undefined)
            return;
        const until = await this.placeOf(String(header), caller, userId);
        const seconds = (0, request_js_1.preferredWait)(request) ?? READ_AFTER_SECONDS;
        const patience = { timeoutMs: seconds * 1000, signal: (0, under_way_js_1.clientGone)(request) };
        const ended = await this.endings.ofLane(until.userId, until.seq, patience);
        if (!ended)
            throw new service_1.Problem('operation-pending', undefined, {}, { 'retry-after': '1' });
    }
    async placeOf(header, caller, userId) {
        if (header === 'latest') {
            const lane = await this.queries.lane(userId);
            return { userId, seq: lane?.lastSeq ?? 0 };
        }
        const id = header.toLowerCase();
        if (!(0, request_js_1.isUuid)(id)) {
            throw (0, service_1.invalidRequest)([{ path: 'Read-After', message: 'must be the id of an operation, or latest' }]);
        }
        const operation = await this.queries.operation(id);
        (0, authorise_js_1.authorise)('operation.read', caller, operation?.userId ?? null);
        if (!operation)
            throw new service_1.Problem('not-found');
        return operation;
    }
};
exports.Reads = Reads;
exports.Reads = Reads = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        endings_js_1.Endings])
], Reads);
/** Sends a single resource with its ETag, or 304 if the client has it already. */
function sendResource(body, request, reply) {
    const etag = tag(body, reply);
    const known = request.headers[contracts_1.HEADERS.ifNoneMatch];
    if (known && (0, service_1.namesEtag)(String(known), etag)) {
        void reply.status(304);
        return undefined;
    }
    return body;
}
/** Gives an answer its ETag: the version where the resource has one. @returns it */
function tag(body, reply) {
    const { version } = body;
    const etag = typeof version === 'number' ? (0, contracts_1.etagOf)(version) : hashOf(body);
    void reply.header('etag', etag);
    return etag;
}
function hashOf(body) {
    return `"${(0, node_crypto_1.createHash)('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
}
//# sourceMappingURL=reads.js.map