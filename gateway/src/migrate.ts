import 'reflect-metadata';
import { migrate, runMain } from '@turnpike/service';
import { readMigrationConfig } from './config.js';
import { databaseOptions } from './database.js';
import { migrateQueue } from './queue/migrate.js';

runMain(async () => {
  const config = readMigrationConfig();
  const done = await migrate(databaseOptions(config), config.runtimeRole);
  // A queue in another database has roles of its own.
  await migrateQueue(config.queue, config.queue.url === config.databaseUrl ? config.runtimeRole : null);
  console.log(`gateway: ${done.length > 0 ? done.join(', ') : 'up to date'}`);
});
