"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.TIME = exports.ID = void 0;
exports.positionIn = positionIn;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
exports.ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/;
/** A time that PostgreSQL has written. */
exports.TIME = {
    test(part) {
        const [, day, time] = TIMESTAMP.exec(part) ?? [];
        const at = new Date(`${day}T${time}Z`);
        // JavaScript takes the 30th of February for a day in March.
        return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${day}T${time}`);
    },
};
/**
 * @param forms what the parts of a position of that list look like
 * @returns where the page begins, or null for the first
 * @throws Problem 400 where the cursor is none of that list
 */
function positionIn(cursor, forms) {
    if (cursor === undefined)
        return null;
    const position = (0, contracts_1.decodeCursor)(cursor, forms.length);
    if (!position || !forms.every((form, part) => form.test(position[part]))) {
        throw (0, service_1.invalidRequest)([{ path: 'cursor', message: 'cursor is not one of a page' }]);
    }
    return position;
}
//# sourceMappingURL=positions.js.map