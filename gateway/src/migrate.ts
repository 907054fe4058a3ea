import 'reflect-metadata';
import { migrate, runMain } from '@turnpike/service';
import { readMigrationConfig } from '../../libs/engine/src/config.js';
import { databaseOptions } from '../../libs/engine/src/ledger/database.js';
import { migrateQueue } from '../../libs/engine/src/queue/migrate.js';

runMain(async () => {
  const config = readMigrationConfig();
  const done = await migrate(databaseOptions(config), config.runtimeRole);
  // A queue in another database has roles of its own.
  await migrateQueue(config.queue, config.queue.url === config.databaseUrl ? config.runtimeRole : null);
  console.log(`gateway: ${done.length > 0 ? done.join(', ') : 'up to date'}`);
});
