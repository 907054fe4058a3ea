"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MakesOnce = MakesOnce;
exports.scopeOf = scopeOf;
exports.madeOnce = madeOnce;
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
/** A route that is no write, and whose answer may be lost: under a key it makes something once. */
function MakesOnce() {
    return (0, common_1.applyDecorators)((0, swagger_1.ApiHeader)({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' }), (0, service_1.ApiProblems)('idempotency-key-reused'));
}
/** @returns whose keys those of a caller are */
function scopeOf({ userId }) {
    return `user ${userId}`;
}
/**
 * @returns what a request has made, and says on the answer whether that was before
 * @throws Problem 422 where its key stands for another request, 404 where there is nothing
 */
function madeOnce(made, reply) {
    if (made.outcome === 'key-reused')
        throw new service_1.Problem('idempotency-key-reused');
    if (made.thing === null)
        throw new service_1.Problem('not-found');
    if (made.outcome === 'replayed')
        void reply.header(contracts_1.HEADERS.idempotencyReplayed, 'true');
    return made.thing;
}
//# sourceMappingURL=once.js.map