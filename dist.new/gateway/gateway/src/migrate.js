"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
require("reflect-metadata");
const service_1 = require("../../libs/service/src/index.js");
const config_js_1 = require("./config.js");
const database_js_1 = require("./database.js");
const migrate_js_1 = require("./queue/migrate.js");
(0, service_1.runMain)(async () => {
    const config = (0, config_js_1.readMigrationConfig)();
    const done = await (0, service_1.migrate)((0, database_js_1.databaseOptions)(config));
    await (0, migrate_js_1.migrateQueue)(config.queue);
    console.log(`gateway: ${done.length > 0 ? done.join(', ') : 'up to date'}`);
});
//# sourceMappingURL=migrate.js.map