"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.startExport = startExport;
const core_1 = require("@opentelemetry/core");
const exporter_trace_otlp_http_1 = require("@opentelemetry/exporter-trace-otlp-http");
const exporter_trace_otlp_proto_1 = require("@opentelemetry/exporter-trace-otlp-proto");
const resources_1 = require("@opentelemetry/resources");
const sdk_trace_node_1 = require("@opentelemetry/sdk-trace-node");
const common_1 = require("@nestjs/common");
const redact_js_1 = require("./redact.js");
/*
 * The SDK, loaded only where spans are exported. Spans wait in a list of bounded length and are sent in the background;
 * what finds the list full is dropped. So nobody waits for a collector, there or not.
 *
 * Not @opentelemetry/sdk-node, which does the same: it brings gRPC, and exporters for metrics and logs, which nothing
 * here uses. Endpoint, headers, sampler, limits and the batches' size are read from the environment by the SDK's parts.
 */
/** Milliseconds for what was not exported yet when the process stops. */
const FLUSH_WITHIN_MS = 2000;
/** Registers the SDK with OpenTelemetry's interface. @returns what exports the rest and ends it */
function startExport(service, { protocol }) {
    const detected = (0, resources_1.detectResources)({ detectors: [resources_1.serviceInstanceIdDetector, resources_1.envDetector] });
    const named = (0, resources_1.resourceFromAttributes)({ 'service.name': service, 'service.namespace': 'turnpike' });
    const exporter = new Reported(protocol === 'http/json' ? new exporter_trace_otlp_http_1.OTLPTraceExporter() : new exporter_trace_otlp_proto_1.OTLPTraceExporter());
    const provider = new sdk_trace_node_1.NodeTracerProvider({
        resource: named.merge(detected),
        spanProcessors: [new sdk_trace_node_1.BatchSpanProcessor(exporter)],
    });
    // Without baggage: what a client writes into it is not for the services, and may be personal.
    provider.register({ propagator: new core_1.W3CTraceContextPropagator() });
    return () => withinTime(provider.shutdown());
}
function withinTime(work) {
    return new Promise((resolve) => {
        const done = () => resolve();
        setTimeout(done, FLUSH_WITHIN_MS);
        work.then(done, done);
    });
}
/** Says once that the collector does not take spans, and once that it does again; the SDK by itself says nothing. */
class Reported {
    constructor(exporter) {
        this.exporter = exporter;
        this.logger = new common_1.Logger('Traces');
        this.fails = false;
    }
    export(spans, done) {
        this.exporter.export(spans, (result) => {
            this.note(result);
            done(result);
        });
    }
    shutdown() {
        return this.exporter.shutdown();
    }
    note({ code, error }) {
        const fails = code !== core_1.ExportResultCode.SUCCESS;
        if (fails && !this.fails)
            this.logger.warn(`Spans are lost: ${(0, redact_js_1.describeError)(error).message}`);
        if (!fails && this.fails)
            this.logger.log('Spans are exported again.');
        this.fails = fails;
    }
}
//# sourceMappingURL=trace-export.js.map