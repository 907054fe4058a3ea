"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.BULK_RUN_COLUMNS = exports.OPERATION_COLUMNS = exports.AUDIT_COLUMNS = exports.IS_ABOUT_A_LANE = exports.LANE_COLUMNS = void 0;
/*
 * What a purge erases in the ledger, beside rows that go whole. Reasons are what operators type: they say why something
 * was done to somebody, and that is about a person.
 */
/** Of a lane. */
exports.LANE_COLUMNS = { reason: 'null' };
/** Entries of the audit trail whose before and after are states of a lane and of an operation, and nothing personal. */
exports.IS_ABOUT_A_LANE = `action = 'lane.release'`;
/** Of an entry of the audit trail, which lets nothing else of it be changed. */
exports.AUDIT_COLUMNS = {
    before: `case when ${exports.IS_ABOUT_A_LANE} then before end`,
    after: `case when ${exports.IS_ABOUT_A_LANE} then after end`,
    reason: 'null',
};
/** Of an operation `o`; the purge itself keeps its result, which is the receipt. */
exports.OPERATION_COLUMNS = {
    payload: `'{}'`,
    result: 'case when id = $2 then result end',
    if_match: 'null',
    cause: `cause - 'detail'`,
    problem: `case when problem is null then null
    else jsonb_build_object('type', problem -> 'type', 'title', problem -> 'title',
      'status', problem -> 'status', 'code', problem -> 'code') end`,
};
/** Of a run over many writes. */
exports.BULK_RUN_COLUMNS = { reason: `''` };
//# sourceMappingURL=personal-columns.js.map