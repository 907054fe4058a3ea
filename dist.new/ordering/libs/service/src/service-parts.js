"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SERVICE_CONTROLLERS = void 0;
exports.serviceProviders = serviceProviders;
const database_js_1 = require("./database.js");
const events_controller_js_1 = require("./events.controller.js");
const health_js_1 = require("./health.js");
const inbox_js_1 = require("./inbox.js");
const marks_js_1 = require("./marks.js");
const marks_controller_js_1 = require("./marks.controller.js");
const outbox_js_1 = require("./outbox.js");
const retention_js_1 = require("./retention.js");
const service_token_js_1 = require("./service-token.js");
const settle_controller_js_1 = require("./settle.controller.js");
const steps_js_1 = require("./steps.js");
/** The controllers that every service behind the gateway has. */
exports.SERVICE_CONTROLLERS = [
    settle_controller_js_1.SettleController,
    events_controller_js_1.EventsController,
    marks_controller_js_1.MarksController,
    health_js_1.HealthController,
];
/**
 * What every service behind the gateway needs, in the order in which a call meets it.
 * @param gateway where the key is read with which the gateway's calls are verified, and how far its clock may be off
 * @param trims what of the service's own tables is trimmed
 */
function serviceProviders(service, gateway, database, trims = []) {
    return [
        {
            provide: service_token_js_1.ServiceTokenVerifier,
            useFactory: () => new service_token_js_1.ServiceTokenVerifier(service, gateway.gatewayUrl, gateway.clockToleranceMs),
        },
        steps_js_1.Steps,
        marks_js_1.Marks,
        { provide: outbox_js_1.Outbox, inject: [database_js_1.Database], useFactory: (own) => new outbox_js_1.Outbox(service, own) },
        { provide: database_js_1.Database, useFactory: () => startDatabase(database) },
        {
            provide: retention_js_1.Retention,
            inject: [database_js_1.Database],
            useFactory: (own) => new retention_js_1.Retention(own, [inbox_js_1.forgetOldAnswers, ...trims]),
        },
        {
            provide: health_js_1.READINESS_CHECKS,
            inject: [database_js_1.Database],
            useFactory: (own) => ({ database: () => own.isReady() }),
        },
    ];
}
/** Not awaited: the process is live, and answers 503, while its database is away. */
function startDatabase(options) {
    const database = new database_js_1.Database(options);
    void database.start();
    return database;
}
//# sourceMappingURL=service-parts.js.map