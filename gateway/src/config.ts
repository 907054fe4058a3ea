import { PASSWORD_LENGTH } from '@turnpike/protocol';
import { GatewayConfig, readGatewayConfig, type ShortForm } from '@turnpike/engine';
import {
  ConfigurationError,
  Environment,
  guessBitsOf,
  MIN_GUESS_BITS,
  readVerifyKeys,
  requirePinned,
  type Secret,
  withoutKnown,
} from '@turnpike/service';

export interface AdminConfig {
  email: string;
  password: string;
}

/** What can be set about a gateway of this shop. This file alone reads process.env. */
export class ShopConfig extends GatewayConfig {
  /** Identity's public keys, JWKS as JSON text; null where identity is asked. */
  tokenVerifyKeys: string | null;
  /** Failed sign-ins of one account from one address in five minutes; 0 is no limit, which production refuses. */
  loginFailures: number;
  /** What a deletion does to paid orders: they forbid it, or are cancelled. */
  paidOrders: 'restrict' | 'cancel';
  /** Null where none is made. */
  admin: AdminConfig | null;
}

/** The services whose addresses have variables of their own: those of this shop, and one that joins where it is named. */
const SHORT_FORMS: readonly ShortForm[] = [
  { name: 'identity', variable: 'IDENTITY_URL', usual: 'http://127.0.0.1:3001' },
  { name: 'ordering', variable: 'ORDERING_URL', usual: 'http://127.0.0.1:3002' },
  { name: 'billing', variable: 'BILLING_URL', usual: null },
];

/**
 * What people type who have to type something: beside known words nothing but ends of such, digits and signs. Identity
 * refuses another 20,000 when it hashes the password.
 */
const TYPED_IN_HASTE = /^(uiop|me|it|[\W\d_])+$/i;

/** Characters of a part of the address from which on a password must not have it: `com` is in many by chance. */
const MIN_PART_LENGTH = 4;

/** The first administrator's password is as weak as whoever typed it. */
const ADMIN_PASSWORD: Secret = {
  name: 'ADMIN_PASSWORD',
  sample: '',
  weakness: (value) => {
    if (value.length < PASSWORD_LENGTH.min) return `must have at least ${PASSWORD_LENGTH.min} characters`;
    const isCommon = TYPED_IN_HASTE.test(withoutKnown(value)) || guessBitsOf(value) < MIN_GUESS_BITS;
    return isCommon ? 'is one of those that everybody tries first' : null;
  },
  partsOf: (value) => [value],
};

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): ShopConfig {
  const env = new Environment(variables);
  const config = readGatewayConfig(env, SHORT_FORMS);
  return {
    ...config,
    tokenVerifyKeys: readTokenVerifyKeys(env, config.services['identity']!),
    loginFailures: env.limit('LOGIN_FAILURE_LIMIT', 10),
    paidOrders: env.choice('DELETION_OF_PAID_ORDERS', ['restrict', 'cancel'], 'restrict'),
    admin: readAdmin(env),
  };
}

function readTokenVerifyKeys(env: Environment, identityUrl: string): string | null {
  const keys = readVerifyKeys(env, 'TOKEN_VERIFY_KEYS');
  requirePinned(env, 'TOKEN_VERIFY_KEYS', keys, identityUrl);
  return keys;
}

function readAdmin(env: Environment): AdminConfig | null {
  const email = env.optional('ADMIN_EMAIL');
  if (!email) return null;
  const password = env.secret(ADMIN_PASSWORD);
  if (hasPartOf(email, password))
    throw new ConfigurationError('ADMIN_PASSWORD', 'must not have anything of ADMIN_EMAIL in it');
  return { email, password };
}

function hasPartOf(email: string, password: string): boolean {
  const parts = email.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return parts.some((part) => part.length >= MIN_PART_LENGTH && password.toLowerCase().includes(part));
}
