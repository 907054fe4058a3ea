"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.databaseOptions = databaseOptions;
const service_1 = require("../../libs/service/src/index.js");
const _1763800000001_users_and_sessions_js_1 = require("./migrations/1763800000001-users-and-sessions.js");
const _1763900000001_purge_js_1 = require("./migrations/1763900000001-purge.js");
const _1764420000001_retention_js_1 = require("./migrations/1764420000001-retention.js");
const _1764540000001_refresh_grace_js_1 = require("./migrations/1764540000001-refresh-grace.js");
const user_entity_js_1 = require("./user.entity.js");
/** @returns identity's database at that address, the same for the process and for its migrations. */
function databaseOptions(url) {
    return {
        url,
        entities: [user_entity_js_1.User],
        migrations: [
            service_1.Inbox1763800000000,
            _1763800000001_users_and_sessions_js_1.UsersAndSessions1763800000001,
            service_1.Outbox1763900000000,
            _1763900000001_purge_js_1.Purge1763900000001,
            _1764420000001_retention_js_1.Retention1764420000001,
            service_1.Marks1764500000001,
            _1764540000001_refresh_grace_js_1.RefreshGrace1764540000001,
        ],
        applicationName: 'turnpike-identity',
    };
}
//# sourceMappingURL=database.js.map