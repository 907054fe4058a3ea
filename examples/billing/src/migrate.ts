import { migrate, runMain } from '@turnpike/service';
import { readDatabaseUrl } from './config.js';
import { databaseOptions } from './database.js';

async function main(): Promise<void> {
  const applied = await migrate(databaseOptions(readDatabaseUrl()));
  console.log(`billing: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
}

runMain(main);
