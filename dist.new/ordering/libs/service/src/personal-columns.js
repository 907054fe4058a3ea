"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.erasing = erasing;
/** @returns what follows `set` in the statement that erases them */
function erasing(columns) {
    return Object.entries(columns)
        .map(([column, left]) => `${column} = ${left}`)
        .join(', ');
}
//# sourceMappingURL=personal-columns.js.map