import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS } from './development-keys.js';
import { ConfigurationError, type Environment, type Secret } from '../process/environment.js';
import { RemoteKeys } from './remote-keys.js';
import { isLoopback } from '../process/server-address.js';

/** Where the keys come from with which tokens are verified. */
export interface KeySource {
  /** The key that a token names, for jose. */
  readonly find: JWTVerifyGetKey;
}

/** Keys that the configuration holds: nobody is asked for them, so nobody can answer in the owner's place. */
export class PinnedKeys implements KeySource {
  readonly find: JWTVerifyGetKey;

  /** @param jwks public keys, JWKS as JSON text */
  constructor(jwks: string) {
    this.find = createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet);
  }
}

/** The owner of keys, as a process is configured to know it. */
export interface KeyOwner {
  /** For the reader of a problem. */
  name: string;
  /** Where it publishes its keys. */
  url: string;
  /** JWKS as JSON text; null where the owner is asked. */
  pinned: string | null;
  /** What a `https:` address is verified with instead of what comes with Node.js. */
  ca: string | null;
}

/** @returns the pinned keys, or those that the owner publishes */
export function keysOf({ name, url, pinned, ca }: KeyOwner): KeySource {
  return pinned === null ? new RemoteKeys(url, name, ca) : new PinnedKeys(pinned);
}

/** @returns the public keys in that variable, or null. @throws ConfigurationError where they are none, or not public */
export function readVerifyKeys(env: Environment, name: string): string | null {
  const text = env.optional(name);
  if (text === undefined) return null;
  const keys = keysIn(text);
  if (keys.length === 0 || !keys.every(isPublicKey))
    throw new ConfigurationError(name, 'must be a JWKS of Ed25519 public keys, each with its kid');
  if (keys.some(({ d }) => d !== undefined))
    throw new ConfigurationError(
      name,
      'has a private key, which belongs to whoever signs: leave out its member d',
    );
  if (env.production && keys.some(({ x }) => SAMPLES.includes(x)))
    throw new ConfigurationError(name, 'has the sample that came with the source: make your own');
  return text;
}

/**
 * Over plain HTTP whoever answers once at the owner's address is believed from then on.
 * @throws ConfigurationError in production, where keys are read so from another machine
 */
export function requirePinned(env: Environment, variable: string, keys: string | null, url: string): void {
  if (!env.production || keys !== null) return;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw new ConfigurationError(variable, 'is required where the keys would be read over plain http');
}

interface PublicKey {
  kty?: unknown;
  crv?: unknown;
  kid?: unknown;
  x?: unknown;
  d?: unknown;
}

function keysIn(text: string): PublicKey[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? (keys as PublicKey[]) : [];
  } catch {
    return [];
  }
}

function isPublicKey(key: PublicKey | null): boolean {
  const { kty, crv, kid, x } = key ?? {};
  return kty === 'OKP' && crv === 'Ed25519' && typeof kid === 'string' && /^[\w-]{43}$/.test(String(x));
}

function publicPartsIn({ sample }: Secret): unknown[] {
  const jwk = JSON.parse(sample) as PublicKey & { keys?: PublicKey[] };
  return (jwk.keys ?? [jwk]).map(({ x }) => x);
}

const SAMPLES = [SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS].flatMap(publicPartsIn);
