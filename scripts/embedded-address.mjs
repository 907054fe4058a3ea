// Where the embedded PostgreSQL of this checkout is, while a start of it runs.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { POSTGRES_FOLDER } from './checkout.mjs';

const SUPERUSER = 'postgres';

/** As its superuser, whose password lies beside the data; the fourth line of the pid file is the port. */
export function embeddedServer() {
  const password = readIfThere(path.join(POSTGRES_FOLDER, 'password'));
  const port = readIfThere(path.join(POSTGRES_FOLDER, 'data/postmaster.pid'))?.split('\n')[3];
  return password && port ? `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}` : undefined;
}

export function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
