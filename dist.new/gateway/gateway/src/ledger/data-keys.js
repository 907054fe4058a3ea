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
exports.DataKeys = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const lru_cache_1 = require("lru-cache");
const cipher_js_1 = require("./cipher.js");
const gathered_js_1 = require("./gathered.js");
const root_key_js_1 = require("./root-key.js");
/*
 * One key for each user, under which everything personal of the user's lane is sealed. It is made with the lane, or
 * with the first write in a lane that has none yet, never in a closed one; it goes with the purge, in the transaction
 * that erases the rest. What anybody has copied of the ledger before cannot be read with the ledger after.
 */
/** Some 400 bytes each. Users beyond these are read again: one statement for all that are asked for at once. */
const MAX_KEPT = 20_000;
/**
 * How long a process may remember the key of a user whom another has purged. Asking each time whether the key is still
 * there would cost every write a round trip, for the sake of writes that the lane refuses anyway.
 */
const KEPT_MS = 60_000;
let DataKeys = class DataKeys {
    constructor(database, root) {
        this.database = database;
        this.root = root;
        this.kept = new lru_cache_1.LRUCache({ max: MAX_KEPT, ttl: KEPT_MS });
        this.read = (0, gathered_js_1.gathered)((userIds) => this.readAll(userIds));
        this.make = (0, gathered_js_1.gathered)((userIds) => this.makeAll(userIds));
    }
    /** @returns the user's key, or null where there is none, or none any more */
    async find(userId) {
        return this.kept.get(userId) ?? this.unwrapped(userId, await this.read(userId));
    }
    /** The same, and makes one where the lane has none. @returns null where there is no lane, or a closed one */
    async findOrMake(userId) {
        const known = await this.find(userId);
        // Whoever was faster has made the one that counts.
        return known ?? this.unwrapped(userId, await this.make(userId)) ?? this.find(userId);
    }
    /** @returns a key for a user who is only about to have a lane; with that it is written down */
    fresh(userId) {
        const bytes = (0, node_crypto_1.randomBytes)(cipher_js_1.KEY_BYTES);
        const wrapped = (0, cipher_js_1.encrypt)(this.root.for('dataKeys'), bytes, contextOf(userId));
        return { key: (0, node_crypto_1.createSecretKey)(bytes), wrapped };
    }
    /** After the key is durable. */
    remember(userId, key) {
        this.kept.set(userId, key);
    }
    /** After a purge by this process; others forget in a minute. */
    forget(userId) {
        this.kept.delete(userId);
    }
    unwrapped(userId, wrapped) {
        if (wrapped === null)
            return null;
        const key = (0, node_crypto_1.createSecretKey)((0, cipher_js_1.decrypt)(this.root.for('dataKeys'), wrapped, contextOf(userId)));
        this.remember(userId, key);
        return key;
    }
    async readAll(userIds) {
        return wrappedByUser(await this.database.query(`/* ledger.data-keys */ select user_id as "userId", wrapped from data_keys where user_id = any($1)`, [userIds]));
    }
    /** The lane's lock is shared with the other makers, and waited for: a purge must not leave a key behind. */
    async makeAll(userIds) {
        return wrappedByUser(await this.database.query(`/* ledger.make-data-keys */ with taking as materialized (
           select user_id from lanes where user_id = any($1) and admission <> 'closed' order by user_id for share
         )
         insert into data_keys (user_id, wrapped)
         select user_id, wrapped
         from unnest($1::uuid[], $2::text[]) as fresh (user_id, wrapped) join taking using (user_id)
         on conflict do nothing returning user_id as "userId", wrapped`, [userIds, userIds.map((userId) => this.fresh(userId).wrapped)]));
    }
};
exports.DataKeys = DataKeys;
exports.DataKeys = DataKeys = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        root_key_js_1.RootKey])
], DataKeys);
function contextOf(userId) {
    return `data key of ${userId}`;
}
function wrappedByUser(rows) {
    return new Map(rows.map(({ userId, wrapped }) => [userId, wrapped]));
}
//# sourceMappingURL=data-keys.js.map