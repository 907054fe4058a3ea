import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { Logger } from '@nestjs/common';
import type { TraceExport } from './environment.js';
import { describeError } from './redact.js';

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
export function startExport(service: string, { protocol }: TraceExport): () => Promise<void> {
  const detected = detectResources({ detectors: [serviceInstanceIdDetector, envDetector] });
  const named = resourceFromAttributes({ 'service.name': service, 'service.namespace': 'turnpike' });
  const exporter = new Reported(protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter());
  const provider = new NodeTracerProvider({
    resource: named.merge(detected),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // Without baggage: what a client writes into it is not for the services, and may be personal.
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return () => withinTime(provider.shutdown());
}

function withinTime(work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    setTimeout(done, FLUSH_WITHIN_MS);
    work.then(done, done);
  });
}

/** Says once that the collector does not take spans, and once that it does again; the SDK by itself says nothing. */
class Reported implements SpanExporter {
  private readonly logger = new Logger('Traces');
  private fails = false;

  constructor(private readonly exporter: SpanExporter) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.note(result);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private note({ code, error }: ExportResult): void {
    const fails = code !== ExportResultCode.SUCCESS;
    if (fails && !this.fails) this.logger.warn(`Spans are lost: ${describeError(error).message}`);
    if (!fails && this.fails) this.logger.log('Spans are exported again.');
    this.fails = fails;
  }
}
