// Calls a service as the gateway does, past the gateway: what would a step do that came too late?
import { randomUUID } from 'node:crypto';
import { SignJWT, importJWK } from 'jose';
import { request } from './client.mjs';

/** Sends one step under a key of its own. @param signingKey the gateway's private key, JWK as JSON text */
export async function callStep({ url, service, step, userId, fence, body, signingKey }) {
  return request({
    url,
    token: await serviceToken(service, JSON.parse(signingKey)),
    method: 'POST',
    path: `/internal/steps/${step}`,
    body,
    headers: {
      'idempotency-key': `${randomUUID()}/${step}`,
      'lane-user': userId,
      'lane-fence': fence,
    },
  });
}

async function serviceToken(audience, key) {
  return new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: 'service+jwt', kid: key.kid })
    .setIssuer('turnpike-gateway')
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(key, 'EdDSA'));
}
