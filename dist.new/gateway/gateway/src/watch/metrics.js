"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.observeWentBack = observeWentBack;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const prom_client_1 = require("prom-client");
const wentBack = new prom_client_1.Counter({
    name: 'turnpike_service_went_back_total',
    help: 'How often a database was found to have gone back in time, as after the restore of a backup.',
    labelNames: ['service'],
});
// From 0 on: an increase from nothing is none for an alert.
for (const service of [...contracts_1.SERVICES, 'ledger'])
    wentBack.inc({ service }, 0);
/** @param of whose database it is */
function observeWentBack(of) {
    wentBack.inc({ service: of });
}
//# sourceMappingURL=metrics.js.map