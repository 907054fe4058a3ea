"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Id = Id;
exports.isUuid = isUuid;
exports.preferredWait = preferredWait;
exports.idempotencyKey = idempotencyKey;
exports.ifMatchOf = ifMatchOf;
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
/** The longest that an answer is held back, in seconds. */
const MAX_WAIT_SECONDS = 30;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const idParameter = (0, common_1.createParamDecorator)((name, context) => {
    const { params } = context.switchToHttp().getRequest();
    const id = params[name]?.toLowerCase() ?? '';
    if (!UUID.test(id))
        throw new service_1.Problem('not-found');
    return id;
});
/** An id in the path. What has not the form of one cannot exist: 404. */
function Id(name) {
    return (target, key, index) => {
        idParameter(name)(target, key, index);
        // The description learns of parameters from Nest's own decorators alone.
        (0, swagger_1.ApiParam)({ name, type: String, format: 'uuid' })(target, key, Object.getOwnPropertyDescriptor(target, key));
    };
}
/** @returns whether that is a UUID, in lower case */
function isUuid(value) {
    return UUID.test(value);
}
/** @returns the seconds of `Prefer: wait=N`, at most 30; null where it is absent or unreadable (RFC 7240) */
function preferredWait({ headers }) {
    const prefer = [headers[contracts_1.HEADERS.prefer] ?? []].flat().join(',');
    const match = /(?:^|[,;\s])wait\s*=\s*"?(\d+)"?\s*(?:[,;]|$)/i.exec(prefer);
    return match ? Math.min(Number(match[1]), MAX_WAIT_SECONDS) : null;
}
/** @returns the client's key, or null. @throws Problem 400 unless it is 1 to 255 visible ASCII characters */
function idempotencyKey({ headers }) {
    const key = headers[contracts_1.HEADERS.idempotencyKey];
    if (key === undefined)
        return null;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
        throw (0, service_1.invalidRequest)([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
    }
    return key;
}
/** @returns `If-Match` as it was sent, or null */
function ifMatchOf({ headers }) {
    const value = headers[contracts_1.HEADERS.ifMatch];
    if (value === undefined)
        return null;
    if (!/^(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)$/.test(value) ||
        value.length > 500) {
        throw (0, service_1.invalidRequest)([{ path: 'If-Match', message: 'must be * or a list of ETags' }]);
    }
    return value;
}
//# sourceMappingURL=request.js.map