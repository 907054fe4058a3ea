"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MINUTE_MS = void 0;
exports.spend = spend;
exports.rateLimited = rateLimited;
const service_1 = require("../../../libs/service/src/index.js");
/** Milliseconds of a window of requests. */
exports.MINUTE_MS = 60_000;
/** draft-ietf-httpapi-ratelimit-headers-11: both are lists of structured fields, an item for each quota. */
const POLICY = 'ratelimit-policy';
const STATE = 'ratelimit';
/**
 * Takes one request from a quota, and says on the answer what is left of it. Where the count cannot be had the request
 * passes: what of it needs the database is answered with 503 soon enough.
 * @param who whose quota it is
 * @throws Problem `rate-limited` when there is nothing left
 */
async function spend({ name, limit }, who, storage, reply) {
    const record = await storage
        .increment(`${name} ${who}`, exports.MINUTE_MS, limit, exports.MINUTE_MS, name)
        .catch(uncounted);
    if (!record)
        return;
    const { totalHits, timeToExpire, isBlocked } = record;
    append(reply, POLICY, `"${name}";q=${limit};w=${exports.MINUTE_MS / 1000}`);
    append(reply, STATE, `"${name}";r=${Math.max(0, limit - totalHits)};t=${timeToExpire}`);
    if (isBlocked)
        throw rateLimited(timeToExpire);
}
/** @param seconds until it is worth trying again */
function rateLimited(seconds) {
    return new service_1.Problem('rate-limited', undefined, {}, { 'retry-after': String(seconds) });
}
function uncounted(error) {
    if ((0, service_1.problemOf)(error).code !== 'unavailable')
        throw error;
    return null;
}
function append(reply, field, item) {
    const items = reply.getHeader(field);
    void reply.header(field, items === undefined ? item : `${String(items)}, ${item}`);
}
//# sourceMappingURL=quota.js.map