import 'reflect-metadata';
import { databaseOptions, migrateQueue, readMigrationConfig } from '@turnpike/engine';
import { migrate, runMain } from '@turnpike/service';

runMain(async () => {
  const config = readMigrationConfig();
  const done = await migrate(databaseOptions(config), config.runtimeRole);
  // A queue in another database has roles of its own.
  await migrateQueue(config.queue, config.queue.url === config.databaseUrl ? config.runtimeRole : null);
  console.log(`gateway: ${done.length > 0 ? done.join(', ') : 'up to date'}`);
});
