"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.refusedData = refusedData;
exports.refusedBecause = refusedBecause;
exports.impossible = impossible;
exports.lineOf = lineOf;
const contracts_1 = require("../../contracts/src/index.js");
const inbox_js_1 = require("./inbox.js");
/*
 * What a database refuses each time: a step that broke a constraint once breaks it at every attempt, so it is refused
 * for good instead of being retried until its deadline, while its lane waits.
 */
/** Classes of SQLSTATE: a value that cannot be stored (22), and a constraint that a row breaks (23). */
const REFUSED_DATA = /^(22|23)/;
/** @returns what the database refuses for good, or null where the error is another one */
function refusedData(error) {
    const { driverError = error } = (error ?? {});
    const { code, constraint, table } = (driverError ?? {});
    return typeof code === 'string' && REFUSED_DATA.test(code) ? { sqlState: code, constraint, table } : null;
}
/** @returns the refusal in a sentence */
function refusedBecause({ sqlState, constraint }) {
    return `The database refused it (${[sqlState, constraint].filter(Boolean).join(', ')}).`;
}
/** @returns the answer of a step whose effect, or whose commit, the database refuses */
function impossible(refused) {
    const body = (0, contracts_1.problemBody)('step-impossible', refusedBecause(refused));
    return new inbox_js_1.RecordedAnswer(body.status, body);
}
/** What the log says of it, for whoever mends the service. */
function lineOf({ key, userId }, refused) {
    return {
        message: `The database refuses ${key} of ${userId}: mend its data or its effect.`,
        key,
        userId,
        ...refused,
    };
}
//# sourceMappingURL=impossible.js.map