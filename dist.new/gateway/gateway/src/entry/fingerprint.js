"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Fingerprints = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const root_key_js_1 = require("../ledger/root-key.js");
const request_js_1 = require("./request.js");
/**
 * Recognises a request that is sent again. The hash is keyed, because the body may hold a password: whoever
 * reads the ledger must not be able to try passwords against a fingerprint.
 */
let Fingerprints = class Fingerprints {
    constructor(root) {
        this.root = root;
    }
    /** @returns what is equal for equal requests: method, path, query and body, whatever the order of members */
    of({ method, url, body }) {
        const { pathname, searchParams } = new URL(url, 'http://gateway');
        searchParams.sort();
        return this.hash(JSON.stringify([method, pathname, searchParams.toString(), canonical(body ?? null)]));
    }
    /**
     * @param scope whose key it is: equal keys of two scopes are two keys
     * @returns the key of that request as the ledger keeps it, or null where it has none
     */
    clientKeyOf(scope, request) {
        const key = (0, request_js_1.idempotencyKey)(request);
        // Whoever makes a key of an address or a number must not find it in the ledger.
        return key === null ? null : { scope, key: this.hash(key), fingerprint: this.of(request) };
    }
    /** @returns a pseudonym of a text, equal for equal texts in this ledger */
    hash(text) {
        return (0, node_crypto_1.createHmac)('sha256', this.root.for('fingerprints')).update(text).digest('hex');
    }
};
exports.Fingerprints = Fingerprints;
exports.Fingerprints = Fingerprints = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [root_key_js_1.RootKey])
], Fingerprints);
/** @returns the same value with the members of its objects in one order */
function canonical(value) {
    if (Array.isArray(value))
        return value.map(canonical);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, canonical(item)]);
}
//# sourceMappingURL=fingerprint.js.map