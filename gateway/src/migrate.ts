import 'reflect-metadata';
import { migrate, runMain } from '@turnpike/service';
import { readConfig } from './config.js';
import { databaseOptions } from './database.js';
import { migrateQueue } from './queue/migrate.js';

runMain(async () => {
  const config = readConfig();
  const done = await migrate(databaseOptions(config));
  await migrateQueue(config.queue);
  console.log(`gateway: ${done.length > 0 ? done.join(', ') : 'up to date'}`);
});
