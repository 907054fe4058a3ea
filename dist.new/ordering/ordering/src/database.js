"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.databaseOptions = databaseOptions;
const service_1 = require("../../libs/service/src/index.js");
const customer_entity_js_1 = require("./customer.entity.js");
const _1763800000001_customers_and_orders_js_1 = require("./migrations/1763800000001-customers-and-orders.js");
const _1763900000001_purge_js_1 = require("./migrations/1763900000001-purge.js");
const _1764530000001_nameless_lines_js_1 = require("./migrations/1764530000001-nameless-lines.js");
const order_entity_js_1 = require("./order.entity.js");
/** @returns ordering's database at that address, the same for the process and for its migrations. */
function databaseOptions(url) {
    return {
        url,
        entities: [customer_entity_js_1.Customer, order_entity_js_1.Order],
        migrations: [
            service_1.Inbox1763800000000,
            _1763800000001_customers_and_orders_js_1.CustomersAndOrders1763800000001,
            service_1.Outbox1763900000000,
            _1763900000001_purge_js_1.Purge1763900000001,
            service_1.Marks1764500000001,
            _1764530000001_nameless_lines_js_1.NamelessLines1764530000001,
        ],
        applicationName: 'turnpike-ordering',
    };
}
//# sourceMappingURL=database.js.map