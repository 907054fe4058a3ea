import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import type { QueueConfig } from '../config.js';
import { schemaOf } from './connections.js';

/** Makes BullMQ's tables, where the queue is in PostgreSQL. */
export async function migrateQueue({ backend, url, installation }: QueueConfig): Promise<void> {
  if (backend !== 'postgres') return;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await runMigrations(client, schemaOf(installation));
  } finally {
    await client.end();
  }
}
