// Brings the databases to the shape of this build: `npm run migrate`.
import { pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { PROJECTS, ROOT, builtEntryOf, joiningFrom } from './checkout.mjs';
import { runQuietly } from './child.mjs';
import { Trouble, runScript, secondsSince } from './console.mjs';
import { variable, withoutSecrets } from './settings.mjs';

const USAGE = `npm run migrate [-- NAME …]

Brings the databases of GATEWAY_DATABASE_URL, IDENTITY_DATABASE_URL and ORDERING_DATABASE_URL to the shape of this build,
and that of QUEUE_URL where it is a PostgreSQL, by roles that own them. The roles that GATEWAY_DATABASE_RUNTIME_ROLE,
IDENTITY_DATABASE_RUNTIME_ROLE and ORDERING_DATABASE_RUNTIME_ROLE name get the rights that processes need. With names of services that join, it brings their databases to theirs, and no others.`;

/** All at once, each with its own database only. `databaseUrls` has one address for each project. */
export function migrate(databaseUrls, { signal, onDone = () => {} } = {}) {
  const projects = Object.entries(databaseUrls);
  return Promise.all(projects.map(([project, url]) => migrateOne(project, url, signal, onDone)));
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

function databaseUrlsFrom(env, projects) {
  const variables = projects.map((project) => variable(project, 'DATABASE_URL'));
  const missing = variables.filter((name) => !env[name]);
  if (missing.length > 0) throw new Trouble(`${missing.join(', ')} must be given`);
  return Object.fromEntries(projects.map((project, index) => [project, env[variables[index]]]));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { positionals } = readArguments(USAGE, { allowPositionals: true });
  await runScript(() => {
    const projects = positionals.length > 0 ? joiningFrom(positionals) : PROJECTS;
    return migrate(databaseUrlsFrom(process.env, projects), { onDone: console.log });
  });
}
