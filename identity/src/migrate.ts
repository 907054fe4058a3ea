import { migrate, runMain } from '@turnpike/service';
import { readDatabaseUrl, readOwnRuntimeRole } from './config.js';
import { databaseOptions } from './database.js';

async function main(): Promise<void> {
  const applied = await migrate(databaseOptions(readDatabaseUrl()), readOwnRuntimeRole());
  console.log(`identity: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
}

runMain(main);
