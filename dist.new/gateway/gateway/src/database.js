"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.databaseOptions = databaseOptions;
const idempotency_key_entity_js_1 = require("./ledger/idempotency-key.entity.js");
const lane_entity_js_1 = require("./ledger/lane.entity.js");
const _1763800000000_ledger_js_1 = require("./ledger/migrations/1763800000000-ledger.js");
const _1763900000000_relations_js_1 = require("./ledger/migrations/1763900000000-relations.js");
const _1764000000000_batches_js_1 = require("./ledger/migrations/1764000000000-batches.js");
const _1764100000000_seals_js_1 = require("./ledger/migrations/1764100000000-seals.js");
const _1764200000000_limits_js_1 = require("./ledger/migrations/1764200000000-limits.js");
const _1764250000000_operators_js_1 = require("./ledger/migrations/1764250000000-operators.js");
const _1764300000000_dashboard_js_1 = require("./ledger/migrations/1764300000000-dashboard.js");
const _1764400000000_changes_js_1 = require("./ledger/migrations/1764400000000-changes.js");
const _1764410000000_webhooks_js_1 = require("./ledger/migrations/1764410000000-webhooks.js");
const _1764420000000_retention_js_1 = require("./ledger/migrations/1764420000000-retention.js");
const _1764500000000_register_js_1 = require("./ledger/migrations/1764500000000-register.js");
const _1764510000000_ways_out_js_1 = require("./ledger/migrations/1764510000000-ways-out.js");
const _1764520000000_integrity_js_1 = require("./ledger/migrations/1764520000000-integrity.js");
const _1764530000000_ended_to_js_1 = require("./ledger/migrations/1764530000000-ended-to.js");
const _1764530000002_reasons_js_1 = require("./ledger/migrations/1764530000002-reasons.js");
const operation_entity_js_1 = require("./ledger/operation.entity.js");
const order_lane_entity_js_1 = require("./ledger/order-lane.entity.js");
/** @returns the gateway's own database, with its entities and migrations */
function databaseOptions({ databaseUrl }) {
    return {
        url: databaseUrl,
        applicationName: 'turnpike-gateway',
        entities: [lane_entity_js_1.Lane, operation_entity_js_1.Operation, idempotency_key_entity_js_1.IdempotencyKey, order_lane_entity_js_1.OrderLane],
        migrations: [
            _1763800000000_ledger_js_1.Ledger1763800000000,
            _1763900000000_relations_js_1.Relations1763900000000,
            _1764000000000_batches_js_1.Batches1764000000000,
            _1764100000000_seals_js_1.Seals1764100000000,
            _1764200000000_limits_js_1.Limits1764200000000,
            _1764250000000_operators_js_1.Operators1764250000000,
            _1764300000000_dashboard_js_1.Dashboard1764300000000,
            _1764400000000_changes_js_1.Changes1764400000000,
            _1764410000000_webhooks_js_1.Webhooks1764410000000,
            _1764420000000_retention_js_1.Retention1764420000000,
            _1764500000000_register_js_1.Register1764500000000,
            _1764510000000_ways_out_js_1.WaysOut1764510000000,
            _1764520000000_integrity_js_1.Integrity1764520000000,
            _1764530000000_ended_to_js_1.EndedTo1764530000000,
            _1764530000002_reasons_js_1.Reasons1764530000002,
        ],
    };
}
//# sourceMappingURL=database.js.map