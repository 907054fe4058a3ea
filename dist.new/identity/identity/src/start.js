"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.start = start;
const service_1 = require("../../libs/service/src/index.js");
const app_module_js_1 = require("./app.module.js");
const config_js_1 = require("./config.js");
/** Starts the process. */
async function start() {
    const config = (0, config_js_1.readConfig)();
    await (0, service_1.startProcess)({
        name: 'identity',
        module: app_module_js_1.AppModule.with(config),
        host: config.host,
        port: config.port,
        production: config.production,
        logLevel: config.logLevel,
        metrics: config.metrics,
        traces: config.traces,
        shutdownDelayMs: config.shutdownDelayMs,
        api: {
            title: 'Turnpike identity',
            description: 'Users, credentials and sessions. Every route below /internal is for the gateway alone.',
        },
    });
}
//# sourceMappingURL=start.js.map