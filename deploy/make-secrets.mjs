// Writes the file of secrets that docker-compose.yml reads: `npm run secrets`, or with another file's name behind `--`.
// Each value is invented here. A file that is there is left alone: with other keys its data could not be read.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readArguments } from '../scripts/arguments.mjs';
import { Trouble, runScript } from '../scripts/console.mjs';
import { inventSecrets } from '../scripts/secrets.mjs';

/** Passwords that only programs read, of characters that mean nothing to a shell, an address or SQL. */
const PASSWORDS = [
  'POSTGRES_PASSWORD',
  'GATEWAY_DB_PASSWORD',
  'IDENTITY_DB_PASSWORD',
  'ORDERING_DB_PASSWORD',
  'REDIS_PASSWORD',
  'GF_SECURITY_ADMIN_PASSWORD',
];
const PASSWORD_BYTES = 24;

const USAGE = `npm run secrets [-- FILE]

Writes fresh secrets and passwords to .env, or to FILE. A file that is there is left as it is.`;

await runScript(() => {
  const { positionals } = readArguments(USAGE, { allowPositionals: true });
  const [file = '.env'] = positionals;
  const passwords = PASSWORDS.map((name) => [name, randomBytes(PASSWORD_BYTES).toString('base64url')]);
  write(file, [...Object.entries(inventSecrets()), ...passwords]);
  console.log(
    `${file} has fresh secrets. Keep a copy where the backups are not: DATA_KEY cannot be replaced by a new one.`,
  );
});

/** In single quotes, in which neither Compose nor a shell looks for anything. */
function write(file, secrets) {
  const lines = secrets.map(([name, value]) => `${name}='${value}'\n`);
  try {
    writeFileSync(file, lines.join(''), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    throw new Trouble(`${file} is there already and is left as it is`);
  }
}
