// Writes the file of secrets that docker-compose.yml reads: `npm run secrets`, or with another file's name behind `--`.
// Each value is invented here. A file that is there is left alone: with other keys its data could not be read.
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from '../scripts/arguments.mjs';
import { Trouble, runScript } from '../scripts/console.mjs';
import { inventSecrets, verifyKeysOf } from '../scripts/secrets.mjs';
import { makeCertificates } from './certificates.mjs';

/** Passwords that only programs read, of characters that mean nothing to a shell, an address or SQL. */
const PASSWORDS = [
  'POSTGRES_PASSWORD',
  'GATEWAY_DB_PASSWORD',
  'IDENTITY_DB_PASSWORD',
  'ORDERING_DB_PASSWORD',
  'GATEWAY_RUNTIME_DB_PASSWORD',
  'IDENTITY_RUNTIME_DB_PASSWORD',
  'ORDERING_RUNTIME_DB_PASSWORD',
  'REDIS_PASSWORD',
  'GF_SECURITY_ADMIN_PASSWORD',
];
const PASSWORD_BYTES = 24;

/** The files that Compose reads without being told: everything between the containers is by TLS. */
const COMPOSE_FILE = ['docker-compose.yml', 'deploy/compose.tls.yml'].join(path.delimiter);

const USAGE = `npm run secrets [-- FILE]

Writes fresh secrets and passwords to .env, or to FILE, and a private CA with a certificate for each part to the folder
certs beside it. A file that is there is left as it is. It needs the program openssl.`;

await runScript(() => {
  const { positionals } = readArguments(USAGE, { allowPositionals: true });
  const [file = '.env'] = positionals;
  if (existsSync(file)) throw isThere(file);
  const passwords = PASSWORDS.map((name) => [name, randomBytes(PASSWORD_BYTES).toString('base64url')]);
  const secrets = inventSecrets();
  const values = { ...secrets, ...verifyKeysOf(secrets), COMPOSE_FILE };
  // The file comes last: until it is there, a second try makes everything.
  makeCertificates(path.join(path.dirname(file), 'certs'));
  write(file, [...Object.entries(values), ...passwords]);
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
    throw isThere(file);
  }
}

function isThere(file) {
  return new Trouble(`${file} is there already and is left as it is`);
}
