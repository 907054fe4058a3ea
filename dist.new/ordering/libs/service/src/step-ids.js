"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.stepIdsOf = stepIdsOf;
const contracts_1 = require("../../contracts/src/index.js");
const fence_js_1 = require("./fence.js");
/**
 * @returns the ids of a step, an undo or a settling, for a log line; nothing of any other request. The route tells which
 *   of the three it is. Only ids and names that were recognised: what a header holds otherwise may be anything.
 */
function stepIdsOf({ url, headers, body }) {
    if (!url.startsWith(contracts_1.STEPS_PATH))
        return {};
    const { key = headers[contracts_1.HEADERS.idempotencyKey], fence = headers[contracts_1.HEADERS.laneFence] } = settled(body);
    const read = typeof key === 'string' ? (0, contracts_1.readStepKey)(key) : null;
    if (!read)
        return {};
    const { operationId, step } = read;
    return { operationId, step, attempt: (0, fence_js_1.parseFence)(String(fence))?.epoch };
}
/** The body of a settling names the key and the fence; that of a step may have any members but these. */
function settled(body) {
    return typeof body === 'object' && body !== null ? body : {};
}
//# sourceMappingURL=step-ids.js.map