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
exports.Credentials = void 0;
exports.removeCredential = removeCredential;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const passwords_js_1 = require("./passwords.js");
/**
 * Passwords become credentials before anything is queued, so that a ledger, a queue and an inbox hold ids only.
 * A credential belongs to nobody until a step gives it to a user. Hashes never leave this service.
 */
let Credentials = class Credentials {
    constructor(database, passwords) {
        this.database = database;
        this.passwords = passwords;
    }
    /** @throws Problem 400 for a password that nobody may have, 401 when `currentPassword` is not the user's */
    async prepare({ password, userId, currentPassword }) {
        const complaint = (0, passwords_js_1.complaintAbout)(password);
        const path = userId === undefined ? 'password' : 'newPassword';
        if (complaint)
            throw (0, service_1.invalidRequest)([{ path, message: `${path} ${complaint}` }]);
        const replaces = userId === undefined ? null : await this.check(userId, currentPassword ?? '');
        const hash = await this.passwords.hash(password);
        const rows = await this.database.query('insert into credentials (hash) values ($1) returning id', [hash]);
        return { credentialId: rows[0].id, replaces };
    }
    /** @returns the user's credential, if that is its password */
    async check(userId, password) {
        const [credential] = await this.database.query(`select credentials.id, hash from users join credentials on credentials.id = credential_id
       where users.id = $1 and state = 'active'`, [userId]);
        const matches = await this.passwords.verify(password, credential?.hash);
        if (!credential || !matches)
            throw new service_1.Problem('invalid-credentials');
        return credential.id;
    }
};
exports.Credentials = Credentials;
exports.Credentials = Credentials = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        passwords_js_1.Passwords])
], Credentials);
/** Forgets a credential that no user has any more. @returns how many that were: one */
async function removeCredential(tx, id) {
    const [, removed] = await tx.query('delete from credentials where id = $1', [id]);
    return removed;
}
//# sourceMappingURL=credentials.js.map