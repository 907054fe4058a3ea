"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.openLedger = openLedger;
const service_1 = require("../../../libs/service/src/index.js");
const database_js_1 = require("../database.js");
const announcer_js_1 = require("../ledger/announcer.js");
const audit_trail_js_1 = require("../ledger/audit-trail.js");
const data_keys_js_1 = require("../ledger/data-keys.js");
const lane_views_js_1 = require("../ledger/lane-views.js");
const ledger_js_1 = require("../ledger/ledger.js");
const queries_js_1 = require("../ledger/queries.js");
const root_key_js_1 = require("../ledger/root-key.js");
const seals_js_1 = require("../ledger/seals.js");
/** Milliseconds for the database to answer. */
const ANSWER_WITHIN_MS = 3000;
/** @throws Error if the database is away, or older than this build */
async function openLedger(config) {
    const database = new service_1.Database({
        ...(0, database_js_1.databaseOptions)(config),
        applicationName: 'turnpike-ledger',
        poolSize: 4,
    });
    await reachable(database).catch(async (error) => {
        await database.onApplicationShutdown();
        throw error;
    });
    const root = new root_key_js_1.RootKey(database, config);
    const dataKeys = new data_keys_js_1.DataKeys(database, root);
    const seals = new seals_js_1.Seals(dataKeys);
    return {
        database,
        ledger: new ledger_js_1.Ledger(database, dataKeys, seals, new announcer_js_1.Announcer(database)),
        queries: new queries_js_1.LedgerQueries(database, seals),
        lanes: new lane_views_js_1.LaneViews(database),
        trail: new audit_trail_js_1.AuditTrail(database, seals),
        seals,
        openKeys: () => root.open(),
        close: () => database.onApplicationShutdown(),
    };
}
async function reachable(database) {
    let timer;
    const late = new Promise((_resolve, reject) => {
        const complaint = 'The database of GATEWAY_DATABASE_URL does not answer, or lacks migrations (npm run migrate).';
        timer = setTimeout(() => reject(new Error(complaint)), ANSWER_WITHIN_MS);
    });
    await Promise.race([database.start(), late]).finally(() => clearTimeout(timer));
}
//# sourceMappingURL=open-ledger.js.map