"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.signed = signed;
exports.inventSecret = inventSecret;
const node_crypto_1 = require("node:crypto");
const standardwebhooks_1 = require("standardwebhooks");
/*
 * Signatures by standardwebhooks.com: HMAC-SHA256 over id, time and body, so that none of them can be changed, and an
 * old message cannot be sent once more as a new one.
 */
/** As many as HMAC-SHA256 can make use of. */
const SECRET_BYTES = 32;
/** @returns what is sent: the same body and id each time, the time and the signatures of this attempt */
function signed(id, event, secrets, now = new Date()) {
    const body = JSON.stringify(event);
    const signatures = secrets.map((secret) => new standardwebhooks_1.Webhook(secret).sign(id, now, body));
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
function inventSecret() {
    return `whsec_${(0, node_crypto_1.randomBytes)(SECRET_BYTES).toString('base64')}`;
}
//# sourceMappingURL=signing.js.map