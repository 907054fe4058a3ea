"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.parseFence = parseFence;
exports.formatFence = formatFence;
exports.isOlder = isOlder;
/** @returns the fence in a `Lane-Fence` header (`{seq}.{epoch}`), or null if it is not one. */
function parseFence(text) {
    const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text);
    return match ? { seq: Number(match[1]), epoch: Number(match[2]) } : null;
}
function formatFence({ seq, epoch }) {
    return `${seq}.${epoch}`;
}
/** The pair is compared one after the other, as integers: as text, 10.1 would be older than 9.1. */
function isOlder(fence, than) {
    return fence.seq < than.seq || (fence.seq === than.seq && fence.epoch < than.epoch);
}
//# sourceMappingURL=fence.js.map