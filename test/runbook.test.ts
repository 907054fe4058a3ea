// Every query of the runbook runs on the tables as the migrations make them, and every alert is told there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '@turnpike/service';
import { Client } from 'pg';
import { databaseOptions as gatewayOptions } from '../libs/engine/src/ledger/database.js';
import { databaseOptions as identityOptions } from '../identity/src/database.js';
import { databaseOptions as orderingOptions } from '../ordering/src/database.js';
import { createDatabases, type Databases } from './support/databases.js';

const runbook = readFileSync(path.resolve(__dirname, '../docs/runbook.md'), 'utf8');
const authorisation = readFileSync(path.resolve(__dirname, '../docs/authorisation.md'), 'utf8');
const queries = [...runbook.matchAll(/```sql\n([^]*?)```/g)].map(([, query]) => query!);

let databases: Databases;
const clients: Client[] = [];

beforeAll(async () => {
  databases = await createDatabases('gateway', 'identity', 'ordering');
  const { gateway, identity, ordering } = databases.urls;
  await migrate(gatewayOptions({ databaseUrl: gateway! }));
  await migrate(identityOptions(identity!));
  await migrate(orderingOptions(ordering!));
  for (const connectionString of Object.values(databases.urls)) {
    const client = new Client({ connectionString, options: '-c default_transaction_read_only=on' });
    await client.connect();
    clients.push(client);
  }
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await databases.drop();
});

test.each(queries)('%s', async (query) => {
  const complaints = await Promise.all(
    clients.map((client) =>
      client.query(query).then(
        () => null,
        (error: Error) => error.message,
      ),
    ),
  );
  // It is for one of the three databases; the others do not have its tables.
  expect(complaints).toContain(null);
});

test('every route that it names is one of the gateway', () => {
  const named = routesIn(runbook, /(?:`|-X )([A-Z]+) (?:\$GATEWAY)?(\/[^\s`?]+)/g);
  const known = routesIn(authorisation, /^\| `([A-Z]+) (\/[^`]+)` \|/gm);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((route) => !known.includes(route))).toEqual([]);
});

/** Whatever their parameters are called. */
function routesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, method, at]) => `${method} ${at!.replaceAll(/\{\w+\}/g, '{}')}`);
}

test('every alert has a row that says where to look and what to do', () => {
  const alerts = readFileSync(path.resolve(__dirname, '../deploy/prometheus/alerts.yml'), 'utf8');
  const named = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
  const rows = [...runbook.matchAll(/^\| `(\w+)`.* \| .+ \| .+ \|$/gm)].map(([, name]) => name!);
  expect(rows).toEqual(named);
});
