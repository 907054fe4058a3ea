// The secrets that a start without configuration needs: invented once and kept, mode 0600.
import { generateKeyPairSync, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Trouble } from './console.mjs';

/** Without 0 and O, 1, l and I: it is read from a screen and typed. */
const READABLE = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const PASSWORD_LENGTH = 20;

const INVENT = {
  SERVICE_SIGNING_KEY: () => JSON.stringify(signingKey()),
  TOKEN_SIGNING_KEYS: () => JSON.stringify({ keys: [signingKey()] }),
  DATA_KEY: () => randomBytes(32).toString('base64'),
  ADMIN_EMAIL: () => 'admin@turnpike.local',
  ADMIN_PASSWORD: () => readablePassword(),
};

export const SECRETS = Object.keys(INVENT);

/** What others verify with, made of what the owner signs with: public, so that nobody need be asked for it. */
export function verifyKeysOf({ SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS }) {
  const published = (keys) => JSON.stringify({ keys: keys.map((key) => ({ ...key, d: undefined })) });
  return {
    SERVICE_VERIFY_KEYS: published([JSON.parse(SERVICE_SIGNING_KEY)]),
    TOKEN_VERIFY_KEYS: published(JSON.parse(TOKEN_SIGNING_KEYS).keys),
  };
}

/** A fresh value for every secret. */
export function inventSecrets() {
  return Object.fromEntries(SECRETS.map((name) => [name, INVENT[name]()]));
}

/**
 * The given secrets, completed from the file; those that the file lacks are invented and written to it first.
 * With `mustExist`, a missing file is a trouble: new keys could not read the data that the old ones protect.
 */
export function loadSecrets(file, given, { mustExist }) {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const missing = SECRETS.filter((name) => !given[name] && !kept?.[name]);
  if (missing.length > 0) {
    if (mustExist && !kept)
      throw new Trouble(`${file} is gone, but its data is there: put it back or delete both`);
    keep(file, { ...kept, ...Object.fromEntries(missing.map((name) => [name, INVENT[name]()])) });
    return loadSecrets(file, given, { mustExist });
  }
  return Object.fromEntries(SECRETS.map((name) => [name, given[name] || kept[name]]));
}

/** Written beside and renamed: a crash leaves the old file or the new one. */
function keep(file, secrets) {
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
}

function readablePassword() {
  return Array.from({ length: PASSWORD_LENGTH }, () => READABLE[randomInt(READABLE.length)]).join('');
}
