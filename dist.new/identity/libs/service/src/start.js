"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.STOP_WITHIN_MS = void 0;
exports.startProcess = startProcess;
const promises_1 = require("node:timers/promises");
const core_1 = require("@nestjs/core");
const connections_js_1 = require("./connections.js");
const http_js_1 = require("./http.js");
const logging_js_1 = require("./logging.js");
const metrics_js_1 = require("./metrics.js");
const openapi_js_1 = require("./openapi.js");
const problem_js_1 = require("./problem.js");
const run_main_js_1 = require("./run-main.js");
const stop_listening_js_1 = require("./stop-listening.js");
const stop_signals_js_1 = require("./stop-signals.js");
const tracing_js_1 = require("./tracing.js");
const validation_js_1 = require("./validation.js");
/** Milliseconds for an orderly stop after SHUTDOWN_DELAY_MS; what is not done by then is taken over by others. */
exports.STOP_WITHIN_MS = 28_000;
/** Milliseconds for requests to end after the listener has closed; a client that does not read is cut off. */
const REQUESTS_END_WITHIN_MS = 22_000;
/** Starts a process of the system: HTTP, validation, problems, documentation, and an orderly stop on SIGTERM. */
async function startProcess(options) {
    const stopTracing = await (0, tracing_js_1.startTracing)(options.name, options.traces ?? null);
    const pino = (0, logging_js_1.createLogger)(options.name, options.logLevel);
    const { production, corsOrigins = [], trustedProxies, publicUrl } = options;
    const adapter = (0, http_js_1.createHttpAdapter)(pino, { production, corsOrigins, trustedProxies, publicUrl });
    const routes = (0, http_js_1.collectRoutes)(adapter);
    const app = await core_1.NestFactory.create(options.module, adapter, {
        logger: new logging_js_1.PinoLogger(pino),
        bodyParser: false,
        abortOnError: false,
    });
    app.useGlobalPipes((0, validation_js_1.validationPipe)());
    app.useGlobalFilters(new problem_js_1.ProblemFilter());
    if (options.api)
        (0, openapi_js_1.describeApi)(app, { ...options.api, server: publicUrl ?? '/' });
    const connections = (0, connections_js_1.watchConnections)(app.getHttpServer());
    const ends = { connections, stopTracing, flush: () => pino.flush() };
    const started = serve(app, routes, options);
    // Before it serves nobody was told to send requests here: a stop waits for the start alone.
    (0, stop_signals_js_1.stopBy)(() => void started.then(() => stopOrderly(app, 0, ends)));
    await started;
    (0, stop_signals_js_1.stopBy)(() => void stopOrderly(app, options.shutdownDelayMs, ends));
}
async function serve(app, routes, options) {
    await app.init();
    (0, http_js_1.refuseOtherMethods)(app, routes);
    const stopMetrics = await (0, metrics_js_1.serveMetrics)(options.metrics, options.host);
    app.getHttpServer().once('close', stopMetrics);
    await app.listen(options.port, options.host);
}
/**
 * From the signal on the process says that it is not ready, and each answer is the last of its connection. It serves
 * until those that send requests here have noticed; then it stops listening, answers what it has accepted, and ends.
 */
async function stopOrderly(app, delayMs, ends) {
    setTimeout(() => process.exit(1), delayMs + exports.STOP_WITHIN_MS).unref();
    try {
        await (0, promises_1.setTimeout)(delayMs);
        await endServing(app, ends);
    }
    catch (error) {
        (0, run_main_js_1.sayLast)(error);
        process.exitCode = 1;
    }
    await ends.stopTracing();
    ends.flush();
    process.exit();
}
async function endServing(app, { connections }) {
    const server = app.getHttpServer();
    await (0, stop_listening_js_1.stopListening)(server);
    setTimeout(() => server.closeAllConnections(), REQUESTS_END_WITHIN_MS).unref();
    connections.endUnsent();
    await connections.lastRequests();
    await app.close();
}
//# sourceMappingURL=start.js.map