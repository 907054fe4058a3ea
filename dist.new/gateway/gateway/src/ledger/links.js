"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.publishUnder = publishUnder;
exports.linksOf = linksOf;
/**
 * What links begin with: nothing, or PUBLIC_URL. The process says it once, before it answers anything; as a parameter it
 * would go through every reader of an operation, none of which has to do with it.
 */
let publicUrl = '';
function publishUnder(url) {
    publicUrl = url ?? '';
}
/** @returns where an operation is read and followed */
function linksOf(operationId) {
    const self = `${publicUrl}/v1/operations/${operationId}`;
    return { self, events: `${self}/events` };
}
//# sourceMappingURL=links.js.map