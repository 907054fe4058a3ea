import { randomBytes } from 'node:crypto';
import type { WebhookEvent } from '@turnpike/protocol';
import { Webhook as Signer } from 'standardwebhooks';

/*
 * Signatures by standardwebhooks.com: HMAC-SHA256 over id, time and body, so that none of them can be changed, and an
 * old message cannot be sent once more as a new one.
 */

/** As many as HMAC-SHA256 can make use of. */
const SECRET_BYTES = 32;

/** @returns what is sent: the same body and id each time, the time and the signatures of this attempt */
export function signed(
  id: string,
  event: WebhookEvent,
  secrets: readonly string[],
  now = new Date(),
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(event);
  const signatures = secrets.map((secret) => new Signer(secret).sign(id, now, body));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Turnpike-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}

/** @returns a new secret, as receivers give it to their library */
export function inventSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
