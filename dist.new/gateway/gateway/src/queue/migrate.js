"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.migrateQueue = migrateQueue;
const service_1 = require("../../../libs/service/src/index.js");
const bullmq_1 = require("bullmq");
const connections_js_1 = require("./connections.js");
/** Makes BullMQ's tables, where the queue is in PostgreSQL. */
async function migrateQueue({ backend, url, installation }) {
    if (backend !== 'postgres')
        return;
    const client = new service_1.SessionClient({ connectionString: url, session: service_1.PATIENT });
    await client.connect();
    try {
        await (0, bullmq_1.runMigrations)(client, (0, connections_js_1.schemaOf)(installation));
    }
    finally {
        await client.end();
    }
}
//# sourceMappingURL=migrate.js.map