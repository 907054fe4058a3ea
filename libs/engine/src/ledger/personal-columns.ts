import type { PersonalColumns } from '@turnpike/service';

/*
 * What a purge erases in the ledger, beside rows that go whole. Reasons are what operators type: they say why something
 * was done to somebody, and that is about a person.
 */

/** Of a lane. */
export const LANE_COLUMNS: PersonalColumns = { reason: 'null', suspension_reason: 'null' };

/** Entries of the audit trail whose before and after are states of a lane and of an operation, and nothing personal. */
export const IS_ABOUT_A_LANE = `action = 'lane.release'`;

/** Of an entry of the audit trail, which lets nothing else of it be changed. */
export const AUDIT_COLUMNS: PersonalColumns = {
  before: `case when ${IS_ABOUT_A_LANE} then before end`,
  after: `case when ${IS_ABOUT_A_LANE} then after end`,
  reason: 'null',
};

/** Of an operation `o`; the purge itself keeps its result, which is the receipt. */
export const OPERATION_COLUMNS: PersonalColumns = {
  payload: `'{}'`,
  result: 'case when id = $2 then result end',
  if_match: 'null',
  cause: `cause - 'detail'`,
  problem: `case when problem is null then null
    else jsonb_build_object('type', problem -> 'type', 'title', problem -> 'title',
      'status', problem -> 'status', 'code', problem -> 'code') end`,
};

/** Of a run over many writes. */
export const BULK_RUN_COLUMNS: PersonalColumns = { reason: `''` };
