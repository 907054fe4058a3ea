import { type Trim, trimAll, trimOldest, walkOver } from '@turnpike/service';
import type { RetentionConfig } from '../config.js';
import { trimKeys } from '../ledger/statements/idempotency-keys.js';
import { KEPT as DELIVERIES_KEPT } from '../webhooks/delivery-store.js';

/*
 * What of the ledger goes, and when: all of it stands here, but for what goes with something else (a user's data at the
 * purge, findings with their run) and for two tables that whoever writes in them keeps short (samples, processes).
 *
 * What never goes: lanes, so that no place is given twice and no tombstone is lost; operations that have not ended; the
 * index of resources; the audit trail and receipts of purges before their own, longer time.
 */

/** What ends a user: its result is the erasure receipt, which is kept as long as the audit trail. */
const ENDS = `'ends'`;

/**
 * @param own what the application keeps beside
 * @returns the list; what is to be kept for ever (0) is not on it
 */
export function ledgerRetention(
  { operationsMs, auditMs, eventsMs }: RetentionConfig,
  own: readonly Trim[],
): Trim[] {
  return [
    trimOldest('rate_windows', 'ends_at', '0'),
    ...own,
    trimKeys,
    trimOldest('webhook_deliveries', 'finished_at', DELIVERIES_KEPT),
    ...(operationsMs > 0 ? operations(`${operationsMs} ms`) : []),
    ...(auditMs > 0 ? audit(`${auditMs} ms`) : []),
    ...(eventsMs > 0 ? [events(`${eventsMs} ms`)] : []),
  ];
}

/**
 * Operations by their ids, which grow with the time of acceptance: an index on the time of the end would cost every
 * write an entry. Findings of integrity runs go before their run, which would take them all along at once.
 */
function operations(kept: string): Trim[] {
  return [
    walkOver('operations', {
      ...{ key: 'id', type: 'uuid', kept, since: 'created_at' },
      goes: `${olderThan('t.finished_at', kept)} and t.effect <> ${ENDS}`,
    }),
    trimAll(
      'integrity_findings',
      `select t.ctid from integrity_runs run join integrity_findings t on t.run_id = run.id
       where ${olderThan('run.finished_at', kept)}`,
    ),
    trimAll(
      'integrity_runs',
      `select t.ctid from integrity_runs t where ${olderThan('t.finished_at', kept)}
         and not exists (select 1 from integrity_findings where run_id = t.id)`,
    ),
  ];
}

/** What tells who did what: the trail, runs over many writes with their reasons, and the receipts of purges. */
function audit(kept: string): Trim[] {
  const firstPurges = `select id from operations where effect = ${ENDS} order by id limit 1000`;
  return [
    walkOver('audit', { key: 'id', type: 'bigint', kept, since: 'at', goes: olderThan('t.at', kept) }),
    trimAll('bulk_runs', `select t.ctid from bulk_runs t where ${olderThan('t.finished_at', kept)}`),
    trimAll(
      'operations',
      `select t.ctid from operations t where t.id = any(array(${firstPurges}))
         and ${olderThan('t.finished_at', kept)}`,
    ),
  ];
}

/**
 * By then a service has long been told that its events are here. One that still sends an event after so long makes
 * another write of it, which looks at the user as he is then.
 */
function events(kept: string): Trim {
  return walkOver('domain_events', {
    ...{ key: 'position', type: 'bigint', kept, since: 'received_at' },
    goes: olderThan('t.received_at', kept),
  });
}

function olderThan(column: string, kept: string): string {
  return `${column} < now() - interval '${kept}'`;
}
