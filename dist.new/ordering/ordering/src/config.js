"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.OrderingConfig = void 0;
exports.readConfig = readConfig;
exports.readDatabaseUrl = readDatabaseUrl;
const service_1 = require("../../libs/service/src/index.js");
/** Everything that can be set about an ordering process. This file alone reads process.env. */
class OrderingConfig {
}
exports.OrderingConfig = OrderingConfig;
/** @throws ConfigurationError that names the variable which is missing or wrong */
function readConfig(variables = process.env) {
    const env = new service_1.Environment(variables);
    return {
        host: env.host(),
        port: env.port('ORDERING_PORT', 3002),
        production: env.production,
        logLevel: env.logLevel(),
        metrics: env.metricsPort(9466),
        traces: env.traceExport(),
        shutdownDelayMs: env.shutdownDelayMs(),
        clockToleranceMs: env.clockToleranceMs(),
        databaseUrl: databaseUrl(env),
        gatewayUrl: env.url('GATEWAY_URL', 'http://127.0.0.1:3000'),
    };
}
/** @returns the one setting that a migration needs. */
function readDatabaseUrl(variables = process.env) {
    return databaseUrl(new service_1.Environment(variables));
}
function databaseUrl(env) {
    return env.databaseUrl('ORDERING_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/ordering');
}
//# sourceMappingURL=config.js.map