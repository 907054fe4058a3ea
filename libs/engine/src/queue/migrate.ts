import { grantRuntimeRole, PATIENT, type RuntimeRole, SessionClient } from '@turnpike/service';
import { runMigrations } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { schemaOf } from './connections.js';

/** Makes BullMQ's tables, where the queue is in PostgreSQL. @param role gets the rights that processes need */
export async function migrateQueue(
  { backend, url, installation }: QueueConfig,
  role: RuntimeRole | null = null,
): Promise<void> {
  if (backend !== 'postgres') return;
  const client = new SessionClient({ connectionString: url, session: PATIENT });
  await client.connect();
  try {
    const schema = schemaOf(installation);
    await runMigrations(client, schema);
    const send = async (sql: string, parameters?: unknown[]): Promise<unknown[]> =>
      (await client.query<object>(sql, parameters)).rows;
    if (role) await grantRuntimeRole(send, role, schema);
  } finally {
    await client.end();
  }
}
