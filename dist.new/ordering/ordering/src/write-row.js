"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.writeRow = writeRow;
/**
 * Writes those columns of a row, and with them its next version and the time. One UPDATE, where `save` would
 * read the row again first, and would not touch it when a write repeats what it has.
 */
async function writeRow(tx, row, columns) {
    Object.assign(row, columns);
    await tx.createQueryBuilder().update(row.constructor).set(columns).whereEntity(row).execute();
}
//# sourceMappingURL=write-row.js.map