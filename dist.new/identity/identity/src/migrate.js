"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const service_1 = require("../../libs/service/src/index.js");
const config_js_1 = require("./config.js");
const database_js_1 = require("./database.js");
async function main() {
    const applied = await (0, service_1.migrate)((0, database_js_1.databaseOptions)((0, config_js_1.readDatabaseUrl)()));
    console.log(`identity: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
}
(0, service_1.runMain)(main);
//# sourceMappingURL=migrate.js.map