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
var RootKey_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.RootKey = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const cipher_js_1 = require("./cipher.js");
/** Milliseconds between two attempts while the database is away. */
const RETRY_MS = 500;
/** What DATA_KEY encrypts is this one value. */
const CONTEXT = 'root key';
/** What the root key is used for, each by a key of its own. */
const PURPOSES = {
    dataKeys: 'turnpike data keys',
    fingerprints: 'turnpike request fingerprints',
    cookieSessions: 'turnpike dashboard sessions',
    csrfTokens: 'turnpike dashboard csrf',
    webhookSecrets: 'turnpike webhook secrets',
    ledgerName: 'turnpike ledger name',
};
/**
 * The key over all others of this ledger: invented by the first process that ever starts, and kept in the ledger
 * encrypted with DATA_KEY. So a wrong DATA_KEY is found out at once and not by what it does, and a new DATA_KEY
 * changes this one row: neither the users' keys nor the fingerprints of requests, which have to stay the same.
 */
let RootKey = RootKey_1 = class RootKey {
    constructor(database, config) {
        this.database = database;
        this.config = config;
        this.logger = new common_1.Logger(RootKey_1.name);
        this.keys = null;
        this.stopped = false;
    }
    onApplicationBootstrap() {
        void this.keepOpening();
    }
    onApplicationShutdown() {
        this.stopped = true;
    }
    get isOpen() {
        return this.keys !== null;
    }
    /** @throws Problem 503 until the root key could be read */
    for(purpose) {
        if (!this.keys)
            throw (0, service_1.unavailable)('The keys of the ledger cannot be read yet.');
        return this.keys[purpose];
    }
    /**
     * Reads the root key, or makes it. Where it is still encrypted with the previous DATA_KEY it is encrypted anew.
     * @throws Unreadable if neither DATA_KEY opens it
     */
    async open() {
        const current = encryptionKey(this.config.dataKey);
        await this.database.query('insert into root_key (wrapped) values ($1) on conflict do nothing', [
            (0, cipher_js_1.encrypt)(current, (0, node_crypto_1.randomBytes)(cipher_js_1.KEY_BYTES), CONTEXT),
        ]);
        const [row] = await this.database.query('select wrapped from root_key');
        const root = await this.unwrap(row.wrapped, current);
        const keys = Object.entries(PURPOSES).map(([purpose, label]) => [purpose, (0, cipher_js_1.derive)(root, label)]);
        this.keys = Object.fromEntries(keys);
    }
    async unwrap(wrapped, current) {
        const { previousDataKey } = this.config;
        try {
            return (0, cipher_js_1.decrypt)(current, wrapped, CONTEXT);
        }
        catch (error) {
            if (previousDataKey === null)
                throw error;
        }
        const root = (0, cipher_js_1.decrypt)(encryptionKey(previousDataKey), wrapped, CONTEXT);
        await this.database.query('update root_key set wrapped = $1, wrapped_at = now() where wrapped = $2', [
            (0, cipher_js_1.encrypt)(current, root, CONTEXT),
            wrapped,
        ]);
        this.logger.log('The root key is encrypted with the new DATA_KEY now: DATA_KEY_PREVIOUS can go.');
        return root;
    }
    /** The database may be away; a wrong key stays wrong, and the process is not ready. */
    async keepOpening() {
        await this.database.start();
        while (!this.stopped && !this.isOpen) {
            try {
                await this.open();
            }
            catch (error) {
                if (error instanceof cipher_js_1.Unreadable) {
                    this.logger.fatal('DATA_KEY is not the key of this ledger: nothing is accepted or carried out.');
                    return;
                }
                this.logger.warn(`The root key cannot be read: ${error.message}`);
                await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
            }
        }
    }
};
exports.RootKey = RootKey;
exports.RootKey = RootKey = RootKey_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        config_js_1.GatewayConfig])
], RootKey);
function encryptionKey(dataKey) {
    return (0, cipher_js_1.derive)(Buffer.from(dataKey, 'base64'), 'turnpike root key');
}
//# sourceMappingURL=root-key.js.map