"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.databaseOptions = databaseOptions;
const service_1 = require("../../../libs/service/src/index.js");
const invoice_entity_js_1 = require("./invoice.entity.js");
const _1763900000001_invoices_js_1 = require("./migrations/1763900000001-invoices.js");
/** @returns billing's database at that address, the same for the process and for its migrations. */
function databaseOptions(url) {
    return {
        url,
        entities: [invoice_entity_js_1.Invoice],
        migrations: [service_1.Inbox1763800000000, service_1.Outbox1763900000000, _1763900000001_invoices_js_1.Invoices1763900000001, service_1.Marks1764500000001],
        applicationName: 'turnpike-billing',
    };
}
//# sourceMappingURL=database.js.map