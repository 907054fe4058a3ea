// Of every column in which a text may stand it is said whether a purge erases it.
import { Client } from 'pg';
import {
  AUDIT_COLUMNS,
  BULK_RUN_COLUMNS,
  LANE_COLUMNS,
  OPERATION_COLUMNS,
} from '../libs/engine/src/ledger/personal-columns.js';
import { USER_COLUMNS } from '../identity/src/personal-columns.js';
import { CUSTOMER_COLUMNS, ORDER_COLUMNS } from '../ordering/src/personal-columns.js';
import { createMigratedDatabases, type Databases } from './support/databases.js';
import type { Project } from './support/processes.js';

/** What a purge erases in rows that stay, by their tables. */
const ERASED: Record<string, Record<string, string>> = {
  ...{
    lanes: LANE_COLUMNS,
    audit: AUDIT_COLUMNS,
    operations: OPERATION_COLUMNS,
    bulk_runs: BULK_RUN_COLUMNS,
  },
  ...{ users: USER_COLUMNS, customers: CUSTOMER_COLUMNS, orders: ORDER_COLUMNS },
};

/** Tables of which a purge removes the user's rows whole, or in which no row is about a user. */
const WHOLE = [
  ...[
    'idempotency_keys',
    'data_keys',
    'inbox',
    'email_addresses',
    'credentials',
    'sessions',
    'refresh_tokens',
  ],
  ...[
    'root_key',
    'services',
    'webhooks',
    'processes',
    'samples',
    'migrations',
    'rate_windows',
    'sign_in_places',
    'ops_sessions',
  ],
];

/** Words of the system's own: ids, states, kinds, codes, names of steps. */
const FACTS = [
  ...['operations.by_role', 'bulk_runs.by_role', 'bulk_runs.problem'],
  ...['audit.action', 'bulk_runs.action', 'bulk_runs.filter', 'bulk_runs.refusals', 'bulk_runs.state'],
  ...['bulk_runs.worker', 'domain_events.source', 'domain_events.type', 'integrity_findings.kind'],
  ...[
    'integrity_findings.relation',
    'integrity_runs.problem',
    'integrity_runs.state',
    'integrity_runs.worker',
  ],
  ...['fence_walks.service', 'service_marks.service', 'lanes.admission', 'target_lanes.type'],
  ...[
    'lanes.execution',
    'operations.changes',
    'operations.effect',
    'operations.kind',
    'operations.state',
    'operations.steps',
  ],
  ...['operations.target_type', 'operations.traceparent', 'operations.worker', 'webhook_deliveries.data'],
  ...['webhook_deliveries.last_error', 'webhook_deliveries.state', 'webhook_deliveries.type'],
  ...['users.state', 'customers.deleted_by', 'customers.state', 'order_changes.step', 'orders.cancelled_by'],
  ...['orders.currency', 'orders.status', 'outbox.type'],
];

const PROJECTS: Project[] = ['gateway', 'identity', 'ordering'];

describe('of every column with a text', () => {
  let databases: Databases;
  beforeAll(async () => void (databases = await createMigratedDatabases(...PROJECTS)), 120_000);
  afterAll(() => databases.drop());

  it.each(PROJECTS)('of %s it is said whether a purge erases it', async (project) => {
    const columns = await textColumns(databases.urls[project]!);
    expect(columns.length).toBeGreaterThan(3);
    const isSaid = (name: string): boolean => {
      const [table, column] = name.split('.') as [string, string];
      return WHOLE.includes(table) || FACTS.includes(name) || column in (ERASED[table] ?? {});
    };
    expect(columns.filter((name) => !isSaid(name))).toEqual([]);
  });
});

async function textColumns(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'public'
       and data_type in ('text', 'jsonb', 'json', 'character', 'character varying', 'ARRAY', 'USER-DEFINED', 'bytea')
     order by 1`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}
