import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/*
 * How anything in the ledger is encrypted: AES-256-GCM under a fresh nonce each time. What is encrypted is bound to a
 * context, so that in any other place, or under any other key, it cannot be read; it is never read as something else.
 */

const ALGORITHM = 'aes-256-gcm';

/** Stands first, so that another format can stand beside this one. */
const VERSION = 'v1';

/** Drawn at random, two of them are equal with a chance of 2^-33 after 2^32 values, which no user ever writes. */
const NONCE_BYTES = 12;
const NONCES_AT_ONCE = 256;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Something was changed or moved, or is encrypted under another key. */
export class Unreadable extends Error {
  /** @param context what it should have been */
  constructor(context: string) {
    super(`The ${context} cannot be read: it was changed, or is under another key.`);
    this.name = 'Unreadable';
  }
}

/** @returns the version, a dot, and nonce, ciphertext and tag in base64url */
export function encrypt(key: KeyObject, plain: Buffer, context: string): string {
  const nonce = nextNonce();
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(`${VERSION} ${context}`));
  const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return `${VERSION}.${Buffer.concat(parts).toString('base64url')}`;
}

/** Random bytes in store, since a call of the generator takes 10 µs, however many it is asked for. */
let store = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (store.length === 0) store = randomBytes(NONCES_AT_ONCE * NONCE_BYTES);
  const nonce = store.subarray(0, NONCE_BYTES);
  store = store.subarray(NONCE_BYTES);
  return nonce;
}

/** @throws Unreadable unless exactly this was encrypted with that key in that context */
export function decrypt(key: KeyObject, encrypted: string, context: string): Buffer {
  const [version, text = ''] = encrypted.split('.', 2);
  const bytes = Buffer.from(text, 'base64url');
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw new Unreadable(context);
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), options);
  decipher.setAAD(Buffer.from(`${VERSION} ${context}`)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new Unreadable(context);
  }
}

/** @returns a key for that purpose alone */
export function derive(key: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES)));
}
