"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.start = start;
require("reflect-metadata");
const service_1 = require("../../libs/service/src/index.js");
const app_module_js_1 = require("./app.module.js");
const config_js_1 = require("./config.js");
const plan_check_js_1 = require("./run/operations/plan-check.js");
const plans_js_1 = require("./run/operations/plans.js");
const sagas_js_1 = require("./run/operations/sagas.js");
/** Starts the process. */
async function start() {
    const config = (0, config_js_1.readConfig)();
    (0, sagas_js_1.assertCarriedOut)(config.relations);
    (0, plan_check_js_1.assertPlansHaveWaysOut)(plans_js_1.PLANS, config.relations);
    await (0, service_1.startProcess)({
        name: 'gateway',
        module: app_module_js_1.AppModule.for(config),
        host: config.host,
        port: config.port,
        production: config.production,
        corsOrigins: config.corsOrigins,
        logLevel: config.logLevel,
        trustedProxies: config.trustedProxies,
        publicUrl: config.publicUrl,
        metrics: config.metrics,
        traces: config.traces,
        // Nobody sends requests to a worker alone.
        shutdownDelayMs: config.api ? config.shutdownDelayMs : 0,
        api: config.api
            ? {
                title: 'Turnpike',
                description: 'The single entry point for all writes. Every write is answered with 202 and an operation, runs in the ' +
                    'lane of the user whose data it is about, one at a time and in order, and none after the deletion.',
            }
            : undefined,
    });
}
//# sourceMappingURL=start.js.map