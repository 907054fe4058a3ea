import { PATIENT, SessionClient } from '@turnpike/service';
import { runMigrations } from 'bullmq';
import type { QueueConfig } from '../config.js';

/** Makes BullMQ's tables, where the queue is in PostgreSQL. */
export async function migrateQueue({ backend, url }: QueueConfig): Promise<void> {
  if (backend !== 'postgres') return;
  const client = new SessionClient({ connectionString: url, session: PATIENT });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
