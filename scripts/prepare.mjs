// Installs and builds what is missing or out of date, and nothing else: with everything in place it costs a
// few milliseconds. Needs no package itself.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECTS, ROOT, entryOf, foundServices } from './checkout.mjs';
import { runQuietly } from './child.mjs';
import { Trouble, step } from './console.mjs';

const LOCK_FILE = path.join(ROOT, 'package-lock.json');
const NPM_RECORD = path.join(ROOT, 'node_modules/.package-lock.json');
const INSTALLED_STAMP = path.join(ROOT, 'node_modules/.turnpike-lock');
const BUILT_STAMP = path.join(ROOT, 'dist/.turnpike-sources');
const BUILD_INPUTS = [
  'libs',
  'gateway',
  'identity',
  'ordering',
  'examples',
  'services',
  'dashboard',
  'tsconfig.json',
  'nest-cli.json',
  'scripts/build.mjs',
];
const NOT_BUILT = /(^|\/)(node_modules|dist)$|\.spec\.ts$/;

/** Makes the checkout ready to run; `signal` gives up half-way. */
export async function prepare({ signal } = {}) {
  checkNode(process.versions.node);
  if (!isInstalled()) await step('Installing dependencies', () => install(signal));
  if (!isBuilt()) await step('Building', () => build(signal));
}

/** `require()` of an ES module, which the framework's packages need, came with 20.19 and 22.12. */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const works = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (works) return;
  const needed = major > 20 ? '22.12' : '20.19';
  throw new Trouble(`Turnpike needs Node.js ${needed} or newer, this is ${version}`);
}

/** `--include=dev`: NODE_ENV=production would leave out the compiler. */
async function install(signal) {
  await runQuietly('npm', ['ci', '--include=dev', '--no-fund', '--no-audit'], { cwd: ROOT, signal });
  writeFileSync(INSTALLED_STAMP, lockHash());
}

/** Starts from an empty folder: a migration that was renamed must not live on in its old compiled file. */
async function build(signal) {
  const sources = sourcesHash();
  rmSync(path.dirname(BUILT_STAMP), { recursive: true, force: true });
  await runQuietly('npm', ['run', 'build'], { cwd: ROOT, signal });
  writeFileSync(BUILT_STAMP, sources);
}

function isInstalled() {
  if (!existsSync(NPM_RECORD)) return false;
  const lock = lockHash();
  if (readIfThere(INSTALLED_STAMP) === lock) return true;
  if (!npmInstalledTheLock()) return false;
  writeFileSync(INSTALLED_STAMP, lock);
  return true;
}

/** Somebody may have run `npm ci` by hand: npm's own record then has every package of the lock file. */
function npmInstalledTheLock() {
  const wanted = JSON.parse(readFileSync(LOCK_FILE, 'utf8')).packages;
  const found = JSON.parse(readFileSync(NPM_RECORD, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) =>
      folder === '' || found[folder]?.version === version || (optional && !found[folder]),
  );
}

function isBuilt() {
  return (
    [...PROJECTS, ...foundServices()].every((project) => existsSync(entryOf(project, 'main'))) &&
    readIfThere(BUILT_STAMP) === sourcesHash()
  );
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
}

/** Contents, not times: a fresh clone or a switched branch has new times on old files. */
function sourcesHash() {
  const hash = createHash('sha256').update(lockHash());
  for (const input of BUILD_INPUTS) {
    for (const file of filesBelow(path.join(ROOT, input))) {
      hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesBelow(entry) {
  if (NOT_BUILT.test(entry) || !existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [entry];
  return readdirSync(entry)
    .sort()
    .flatMap((name) => filesBelow(path.join(entry, name)));
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
