import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { TraceExport } from './environment.js';
import { describeError } from './redact.js';
import { newTraceparent, untracedRequest } from './request-context.js';

/*
 * Spans of OpenTelemetry, made by hand at the few places where work changes hands: a request, an admission, a batch, a
 * job, a run, a call, a statement. Instrumentation that patches libraries as they are loaded was rejected: it depends
 * on their insides, and records addresses and statements, in which there may be what is personal.
 *
 * A span tells ids, codes and names that stand in the source; never a parameter, a query, or the message of an error.
 *
 * Where nobody has said whereto traces are exported there is no tracer, nothing but OpenTelemetry's interface is
 * loaded, and each function here that makes spans ends at its first line. A request belongs to a trace all the same, so
 * that the log lines of all processes about it are found by one id.
 */

let tracer: Tracer | null = null;

/** Stands for all spans that are not made. */
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Begins to export spans.
 * @param service the name of the process, unless the environment gives it another
 * @returns what exports the rest and ends it, within a bounded time
 */
export async function startTracing(
  service: string,
  destination: TraceExport | null,
): Promise<() => Promise<void>> {
  if (!destination) return () => Promise.resolve();
  const { startExport } = await import('./trace-export.js');
  const stop = startExport(service, destination);
  tracer = trace.getTracer('turnpike');
  return stop;
}

export function isTracing(): boolean {
  return tracer !== null;
}

export interface SpanDescription {
  name: string;
  kind?: SpanKind;
  attributes?: Attributes;
  links?: Link[];
  /**
   * What it belongs to. Left out, it belongs to the active span, and is not made where there is none, or none any more:
   * what goes on in the background all the time would bury everything else.
   */
  parent?: Context;
}

/**
 * Carries work out as a span, which is active meanwhile. What the work throws is its end, without the message.
 * @param describe is asked only where spans are made
 */
export function inSpan<Result>(
  describe: () => SpanDescription,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  if (!tracer) return work(NO_SPAN);
  const description = describe();
  const span = startSpan(description);
  if (span === NO_SPAN) return work(span);
  const { parent = context.active() } = description;
  return context.with(trace.setSpan(parent, span), () => throughout(span, work));
}

async function throughout<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await work(span);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** @returns a span that whoever asked for it ends */
export function startSpan({ name, parent, ...options }: SpanDescription): Span {
  if (!tracer || !(parent ?? trace.getActiveSpan()?.isRecording())) return NO_SPAN;
  return tracer.startSpan(name, options, parent);
}

/** Says of a span that it failed: by a code, or the kind of error, since a message may quote what it stumbled over. */
export function fail(span: Span, error: unknown): void {
  const { code, type } = describeError(error);
  failWith(span, code ?? type);
}

export function failWith(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** @returns what everything belongs to that is done now */
export function activeContext(): Context {
  return context.active();
}

/**
 * @returns the active span, or the trace of the request where no spans are made, to be written down and gone on with
 *   later; null where there is neither
 */
export function activeTraceparent(): string | null {
  return tracer ? activeSpan() : untracedRequest();
}

/** @returns the trace of a write that nothing has asked for; null while spans are made, whose first begins one */
export function untracedTraceparent(): string | null {
  return tracer ? null : newTraceparent();
}

/** @returns what names that span in a header, null for one that was not made */
export function traceparentOf(span: Span | undefined): string | null {
  const { traceId, spanId, traceFlags } = span?.spanContext() ?? INVALID_SPAN_CONTEXT;
  if (traceId === INVALID_SPAN_CONTEXT.traceId) return null;
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}

/**
 * @returns what belongs to that span; what cannot be read names none, and a trace begins. There is no `tracestate`:
 *   it is free text of somebody's, which nobody here has looked at, and would be exported with every span.
 */
export function contextIn(traceparent: string | null | undefined): Context {
  return traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT;
}

/**
 * The header that every call between processes has: another process goes on with the active span.
 * @param given the trace that the call belongs to where there is no active span; without one it has a trace of its own
 */
export function traceHeaders(given?: string | null): { traceparent: string } {
  return { traceparent: activeSpan() ?? given ?? activeTraceparent() ?? newTraceparent() };
}

function activeSpan(): string | null {
  return tracer && traceparentOf(trace.getActiveSpan());
}

/** @returns a link to the active span, where there is one */
export function linksToActive(): Link[] {
  const active = tracer && trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? [{ context: active }] : [];
}

/** What a log line says of the span that it belongs to. */
export interface TraceIds {
  traceId?: string;
  spanId?: string;
}

/** @returns the ids of that span, by default of the active one, or of the request's trace where no spans are made */
export function traceIds(within: Context = context.active()): TraceIds {
  if (!tracer) return traceIdIn(untracedRequest());
  const { traceId, spanId } = trace.getSpanContext(within) ?? {};
  return traceId ? { traceId, spanId } : {};
}

/** @returns the trace that a header names, for a log line, whether spans are made or not */
export function traceIdIn(traceparent: string | null): TraceIds {
  return traceparent ? { traceId: traceparent.slice(3, 35) } : {};
}

/** Remembers where requests come from that are carried out later, together with others. */
export class Origins<Request extends object> {
  private readonly contexts = new WeakMap<Request, Context>();

  /** Called by whoever asks. */
  remember(request: Request): void {
    if (tracer && trace.getSpanContext(context.active())) this.contexts.set(request, context.active());
  }

  /** @returns where the request comes from, undefined where that is no span */
  of(request: Request): Context | undefined {
    return this.contexts.get(request);
  }

  /** Carries work out for one of the requests, as if it had not waited for others. */
  within<Result>(request: Request, work: () => Result): Result {
    return tracer ? context.with(this.of(request) ?? ROOT_CONTEXT, work) : work();
  }

  /**
   * Carries a batch out as one span. It stands in the trace of the first request, so that the batch of one, which is
   * all of them while there is little to do, is where one looks for it. With those of the others it is linked, both
   * ways: a span for each would tell the same time as often as there are requests.
   */
  together<Result>(name: string, batch: readonly Request[], work: () => Promise<Result>): Promise<Result> {
    if (!tracer) return work();
    const [parent, ...others] = batch.flatMap((request) => this.of(request) ?? []).filter(isSampled);
    // Not in whatever context the batch before was begun in.
    if (!parent) return context.with(ROOT_CONTEXT, work);
    const links = others.map((other) => ({ context: trace.getSpanContext(other)! }));
    const attributes = { 'turnpike.batch.size': batch.length };
    return inSpan(
      () => ({ name, parent, links, attributes }),
      (span) => {
        const link = { context: span.spanContext() };
        others.forEach((other) => trace.getSpan(other)!.addLink(link));
        return work();
      },
    );
  }
}

function isSampled(within: Context): boolean {
  return trace.getSpan(within)!.isRecording();
}
