"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.USER_COLUMNS = void 0;
/** What a purge erases of a user; e-mail addresses, credentials and sessions go whole. */
exports.USER_COLUMNS = {
    email: 'null',
    credential_id: 'null',
    first_name: `''`,
    last_name: `''`,
    roles: `'{}'`,
    claims: `'{}'`,
};
//# sourceMappingURL=personal-columns.js.map