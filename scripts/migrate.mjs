// Brings the three databases to the shape of this build: `npm run migrate`.
import { pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { PROJECTS, ROOT, builtEntryOf } from './checkout.mjs';
import { runQuietly } from './child.mjs';
import { Trouble, runScript, secondsSince } from './console.mjs';
import { variable, withoutSecrets } from './settings.mjs';

const USAGE = `npm run migrate

Brings the databases of GATEWAY_DATABASE_URL, IDENTITY_DATABASE_URL and ORDERING_DATABASE_URL to the shape of this build,
and that of QUEUE_URL where it is a PostgreSQL, by roles that own them. The roles that GATEWAY_DATABASE_RUNTIME_ROLE,
IDENTITY_DATABASE_RUNTIME_ROLE and ORDERING_DATABASE_RUNTIME_ROLE name get the rights that processes need. It takes no arguments.`;

/** All at once, each with its own database only. `databaseUrls` has one address for each project. */
export function migrate(databaseUrls, { signal, onDone = () => {} } = {}) {
  return Promise.all(PROJECTS.map((project) => migrateOne(project, databaseUrls[project], signal, onDone)));
}

async function migrateOne(project, databaseUrl, signal, onDone) {
  const start = Date.now();
  const env = { ...withoutSecrets(process.env), [variable(project, 'DATABASE_URL')]: databaseUrl };
  const role = variable(project, 'DATABASE_RUNTIME_ROLE');
  if (process.env[role]) env[role] = process.env[role];
  // Where it is a PostgreSQL, the gateway's migrations make the queue's tables there.
  if (project === 'gateway' && process.env.QUEUE_URL) env.QUEUE_URL = process.env.QUEUE_URL;
  await runQuietly(process.execPath, [builtEntryOf(project, 'migrate')], { cwd: ROOT, env, signal });
  onDone(`✓ ${project} migrated (${secondsSince(start)} s)`);
}

function databaseUrlsFrom(env) {
  const missing = PROJECTS.map((project) => variable(project, 'DATABASE_URL')).filter((name) => !env[name]);
  if (missing.length > 0) throw new Trouble(`${missing.join(', ')} must be given`);
  return Object.fromEntries(PROJECTS.map((project) => [project, env[variable(project, 'DATABASE_URL')]]));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  readArguments(USAGE);
  await runScript(() => migrate(databaseUrlsFrom(process.env), { onDone: console.log }));
}
