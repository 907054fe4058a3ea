import type { Environment } from '../process/environment.js';
import { readVerifyKeys, requirePinned } from './pinned-keys.js';
import { readTrustedCa } from '../process/tls.js';

/** How a service behind the gateway recognises the gateway's calls. */
export interface GatewayTrust {
  /** Where the gateway's key is read, unless it is pinned. */
  gatewayUrl: string;
  /** The gateway's public keys, JWKS as JSON text; null where the gateway is asked. */
  serviceVerifyKeys: string | null;
  /** What the gateway's certificate is verified with, as PEM; null for what comes with Node.js. */
  trustedCa: string | null;
  /** By how much the clocks of two processes may differ. */
  clockToleranceMs: number;
}

/** @throws ConfigurationError in production without keys and without an address that proves whose they are */
export function readGatewayTrust(env: Environment): GatewayTrust {
  const serviceVerifyKeys = readVerifyKeys(env, 'SERVICE_VERIFY_KEYS');
  const usual = 'http://127.0.0.1:3000';
  // With pinned keys nobody is asked, so there need not be an address.
  const gatewayUrl = serviceVerifyKeys
    ? (env.optionalUrl('GATEWAY_URL') ?? usual)
    : env.url('GATEWAY_URL', usual);
  requirePinned(env, 'SERVICE_VERIFY_KEYS', serviceVerifyKeys, gatewayUrl);
  return {
    gatewayUrl,
    serviceVerifyKeys,
    trustedCa: readTrustedCa(env),
    clockToleranceMs: env.clockToleranceMs(),
  };
}
