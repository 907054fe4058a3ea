import { PATIENT, SessionClient } from '@turnpike/service';
import { runMigrations } from 'bullmq';
import type { QueueConfig } from '../config.js';
import { schemaOf } from './connections.js';

/** Makes BullMQ's tables, where the queue is in PostgreSQL. */
export async function migrateQueue({ backend, url, installation }: QueueConfig): Promise<void> {
  if (backend !== 'postgres') return;
  const client = new SessionClient({ connectionString: url, session: PATIENT });
  await client.connect();
  try {
    await runMigrations(client, schemaOf(installation));
  } finally {
    await client.end();
  }
}
