// Where things are in this checkout.
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Trouble } from './console.mjs';

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const STATE_FOLDER = path.join(ROOT, '.turnpike');
export const POSTGRES_FOLDER = path.join(STATE_FOLDER, 'postgres');
export const SECRETS_FILE = path.join(STATE_FOLDER, 'secrets.json');
export const LOGS_FOLDER = path.join(STATE_FOLDER, 'logs');
export const PID_FILE = path.join(STATE_FOLDER, 'turnpike.pid');

/** The system itself. */
export const PROJECTS = ['identity', 'ordering', 'gateway'];

/** Where services are that join the system: each folder below one of these with a main and a migration is one. */
const SERVICE_FOLDERS = ['examples', 'services'];

/** The names of the services that can join, in an order that stays when others come. */
export function foundServices() {
  return Object.keys(servicesByName());
}

/** The names of services that somebody has typed, or a Trouble about the first of which there is none. */
export function joiningFrom(names) {
  const found = foundServices();
  const unknown = names.find((name) => !found.includes(name));
  if (unknown === undefined) return names;
  throw new Trouble(`there is no service ${unknown}: examples/ and services/ have ${found.join(', ')}`);
}

/** The folder of a project, below the checkout. */
export function folderOf(project) {
  return servicesByName()[project] ?? project;
}

function servicesByName() {
  const folders = SERVICE_FOLDERS.flatMap((folder) =>
    namesIn(path.join(ROOT, folder)).map((name) => [name, `${folder}/${name}`]),
  );
  const isService = (folder) =>
    ['main', 'migrate'].every((name) => existsSync(path.join(ROOT, folder, 'src', `${name}.ts`)));
  return Object.fromEntries(folders.filter(([, folder]) => isService(folder)));
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The compiled entry (`main` or `migrate`) of a project. */
export function entryOf(project, name) {
  return path.join(ROOT, 'dist', project, folderOf(project), 'src', `${name}.js`);
}

/** Like entryOf, but a missing build is said in one line. */
export function builtEntryOf(project, name) {
  const entry = entryOf(project, name);
  if (!existsSync(entry)) throw new Trouble(`${path.relative(ROOT, entry)} is missing: npm run build`);
  return entry;
}

export function makeStateFolder() {
  try {
    mkdirSync(LOGS_FOLDER, { recursive: true });
    accessSync(STATE_FOLDER, constants.W_OK);
  } catch (error) {
    throw new Trouble(`cannot write to ${STATE_FOLDER}: ${error.code} (was it made by another user?)`);
  }
}
