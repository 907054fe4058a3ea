"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Unreadable = exports.KEY_BYTES = void 0;
exports.encrypt = encrypt;
exports.decrypt = decrypt;
exports.derive = derive;
const node_crypto_1 = require("node:crypto");
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
exports.KEY_BYTES = 32;
/** Something was changed or moved, or is encrypted under another key. */
class Unreadable extends Error {
    /** @param context what it should have been */
    constructor(context) {
        super(`The ${context} cannot be read: it was changed, or is under another key.`);
        this.name = 'Unreadable';
    }
}
exports.Unreadable = Unreadable;
/** @returns the version, a dot, and nonce, ciphertext and tag in base64url */
function encrypt(key, plain, context) {
    const nonce = nextNonce();
    const cipher = (0, node_crypto_1.createCipheriv)(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(`${VERSION} ${context}`));
    const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
    return `${VERSION}.${Buffer.concat(parts).toString('base64url')}`;
}
/** Random bytes in store, since a call of the generator takes 10 µs, however many it is asked for. */
let store = Buffer.alloc(0);
function nextNonce() {
    if (store.length === 0)
        store = (0, node_crypto_1.randomBytes)(NONCES_AT_ONCE * NONCE_BYTES);
    const nonce = store.subarray(0, NONCE_BYTES);
    store = store.subarray(NONCE_BYTES);
    return nonce;
}
/** @throws Unreadable unless exactly this was encrypted with that key in that context */
function decrypt(key, encrypted, context) {
    const [version, text = ''] = encrypted.split('.', 2);
    const bytes = Buffer.from(text, 'base64url');
    if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new Unreadable(context);
    const options = { authTagLength: TAG_BYTES };
    const decipher = (0, node_crypto_1.createDecipheriv)(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), options);
    decipher.setAAD(Buffer.from(`${VERSION} ${context}`)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    }
    catch {
        throw new Unreadable(context);
    }
}
/** @returns a key for that purpose alone */
function derive(key, purpose) {
    return (0, node_crypto_1.createSecretKey)(Buffer.from((0, node_crypto_1.hkdfSync)('sha256', key, '', purpose, exports.KEY_BYTES)));
}
//# sourceMappingURL=cipher.js.map