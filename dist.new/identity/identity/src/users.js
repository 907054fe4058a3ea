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
exports.Users = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const credentials_js_1 = require("./credentials.js");
const emails_js_1 = require("./emails.js");
const sessions_js_1 = require("./sessions.js");
const user_rows_js_1 = require("./user-rows.js");
const user_entity_js_1 = require("./user.entity.js");
/**
 * Users: each write runs in its step's transaction and locks the user's row first. How they come to an end, and back,
 * is in deletion.ts and purge.ts.
 */
let Users = class Users {
    constructor(database) {
        this.database = database;
    }
    async register(tx, id, registration) {
        const { email } = registration;
        await tx.insert(user_entity_js_1.User, { id, ...registration }).catch(refuseByConstraint);
        await (0, emails_js_1.takeEmail)(tx, id, email);
        return (0, user_rows_js_1.applied)(await (0, user_rows_js_1.reload)(tx, id));
    }
    /** As if the user had never been; whoever signed in meanwhile is signed out. The answer is remembered: it has no name. */
    async undoRegister(tx, id) {
        const user = await (0, user_rows_js_1.lockUser)(tx, id);
        await (0, sessions_js_1.revokeSessionsOf)(tx, id);
        await (0, emails_js_1.releaseEmails)(tx, id);
        await tx.delete(user_entity_js_1.User, id);
        await (0, credentials_js_1.removeCredential)(tx, user.credentialId);
        return { body: { id } };
    }
    /** Answers with what was there before, too. */
    async update(tx, target, changes) {
        const { id, email, firstName, lastName } = await (0, user_rows_js_1.lockActiveUser)(tx, target);
        if (changes.email !== undefined && changes.email !== email)
            await (0, emails_js_1.exchangeEmail)(tx, id, changes.email);
        const before = { email, firstName, lastName };
        const user = await (0, user_rows_js_1.changeUser)(tx, id, { ...changes });
        return { body: { ...(0, user_entity_js_1.userView)(user), before }, before };
    }
    async undoUpdate(tx, id, before) {
        const profile = before;
        const user = await (0, user_rows_js_1.lockUser)(tx, id);
        if (user.email !== profile.email)
            await (0, emails_js_1.takeEmailBack)(tx, id, profile.email);
        return (0, user_rows_js_1.applied)(await (0, user_rows_js_1.changeUser)(tx, id, profile));
    }
    /** The last step of a change of address: the old one is free for everybody. */
    async releaseEmail(tx, id) {
        const user = await (0, user_rows_js_1.lockUser)(tx, id);
        await (0, emails_js_1.releaseReservedEmails)(tx, id);
        return (0, user_rows_js_1.applied)(user);
    }
    /** Holds only while the credential is the one whose password was checked when the change was accepted. */
    async changePassword(tx, target, step) {
        const { id, credentialId } = await (0, user_rows_js_1.lockActiveUser)(tx, target);
        if (credentialId !== step.replaces) {
            throw new service_1.Problem('version-conflict', 'The password has been changed meanwhile.');
        }
        const user = await (0, user_rows_js_1.changeUser)(tx, id, { credentialId: step.credentialId }).catch(refuseByConstraint);
        await (0, credentials_js_1.removeCredential)(tx, step.replaces);
        await (0, sessions_js_1.revokeSessionsOf)(tx, id, step.keepSession);
        return (0, user_rows_js_1.applied)(user);
    }
    /** Roles stand in access tokens, so sessions with other roles end. */
    async setRoles(tx, target, { roles }) {
        const { id, roles: before } = await (0, user_rows_js_1.lockActiveUser)(tx, target);
        const same = before.length === roles.length && before.every((role) => roles.includes(role));
        if (!same)
            await (0, sessions_js_1.revokeSessionsOf)(tx, id);
        return (0, user_rows_js_1.applied)(await (0, user_rows_js_1.changeUser)(tx, id, { roles }));
    }
    async setClaims(tx, target, { claims }) {
        const { id } = await (0, user_rows_js_1.lockActiveUser)(tx, target);
        return (0, user_rows_js_1.applied)(await (0, user_rows_js_1.changeUser)(tx, id, { claims }));
    }
    /** @throws Problem `not-found`, or `user-deleted` for a purged user */
    async find(id) {
        const user = await this.database.manager.findOneBy(user_entity_js_1.User, { id });
        if (!user)
            throw new service_1.Problem('not-found');
        return (0, user_entity_js_1.userView)(user);
    }
    /** @returns whose present address that is. @throws Problem `not-found` */
    async findIdByEmail(email) {
        const rows = await this.database.query('select user_id as id from email_addresses where email = $1 and not reserved', [email]);
        if (!rows[0])
            throw new service_1.Problem('not-found');
        return rows[0];
    }
    /** @returns a page of the users, newest first, which is the descending order of their ids (UUIDv7). */
    list({ search, ...page }) {
        const query = this.database.manager
            .createQueryBuilder(user_entity_js_1.User, 'user')
            .where(`user.state <> 'purged'`)
            .orderBy('user.id', 'DESC');
        if (search) {
            const name = `user.firstName || ' ' || user.lastName`;
            query.andWhere(`(user.email ilike :part or ${name} ilike :part)`, { part: containing(search) });
        }
        return (0, service_1.pageOf)(page, {
            read: (cursor, count) => {
                const next = query.clone().limit(count);
                return (cursor === undefined ? next : next.andWhere('user.id < :after', { after: positionOf(cursor) })).getMany();
            },
            open: (users) => users.map(user_entity_js_1.userView),
            cursorOf: ({ id }) => (0, contracts_1.encodeCursor)([id]),
        });
    }
};
exports.Users = Users;
exports.Users = Users = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Users);
/** What the database's constraints say about a user's id and credential, as a final answer. */
const CONSTRAINT_REFUSALS = {
    users_pkey: 'The user exists already.',
    users_credential_id_fkey: 'There is no such credential.',
    users_credential_id_key: 'The credential is in use.',
};
function refuseByConstraint(error) {
    const { constraint } = error.driverError ?? {};
    const reason = CONSTRAINT_REFUSALS[constraint ?? ''];
    throw reason ? new service_1.Problem('invalid-request', reason) : error;
}
function positionOf(cursor) {
    const [id] = (0, contracts_1.decodeCursor)(cursor, 1) ?? [];
    if (!(0, class_validator_1.isUUID)(id))
        throw (0, service_1.invalidRequest)([{ path: 'cursor', message: 'cursor is not one of this list' }]);
    return id;
}
/** @returns a LIKE pattern for whatever contains the text, in which `%`, `_` and `\` stand for themselves. */
function containing(text) {
    return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
//# sourceMappingURL=users.js.map