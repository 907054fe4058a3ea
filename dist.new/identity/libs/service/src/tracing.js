"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Origins = void 0;
exports.startTracing = startTracing;
exports.isTracing = isTracing;
exports.inSpan = inSpan;
exports.startSpan = startSpan;
exports.fail = fail;
exports.failWith = failWith;
exports.activeContext = activeContext;
exports.activeTraceparent = activeTraceparent;
exports.withinTrace = withinTrace;
exports.newTraceparent = newTraceparent;
exports.untracedTraceparent = untracedTraceparent;
exports.traceparentOf = traceparentOf;
exports.contextIn = contextIn;
exports.traceHeaders = traceHeaders;
exports.linksToActive = linksToActive;
exports.traceIds = traceIds;
exports.traceIdIn = traceIdIn;
const node_async_hooks_1 = require("node:async_hooks");
const node_crypto_1 = require("node:crypto");
const api_1 = require("@opentelemetry/api");
const redact_js_1 = require("./redact.js");
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
let tracer = null;
/** The `traceparent` of the request that is being answered, where no spans are made. */
const untraced = new node_async_hooks_1.AsyncLocalStorage();
/** Stands for all spans that are not made. */
const NO_SPAN = api_1.trace.wrapSpanContext(api_1.INVALID_SPAN_CONTEXT);
/**
 * Begins to export spans.
 * @param service the name of the process, unless the environment gives it another
 * @returns what exports the rest and ends it, within a bounded time
 */
async function startTracing(service, destination) {
    if (!destination)
        return () => Promise.resolve();
    const { startExport } = await import('./trace-export.js');
    const stop = startExport(service, destination);
    tracer = api_1.trace.getTracer('turnpike');
    return stop;
}
function isTracing() {
    return tracer !== null;
}
/**
 * Carries work out as a span, which is active meanwhile. What the work throws is its end, without the message.
 * @param describe is asked only where spans are made
 */
function inSpan(describe, work) {
    if (!tracer)
        return work(NO_SPAN);
    const description = describe();
    const span = startSpan(description);
    if (span === NO_SPAN)
        return work(span);
    const { parent = api_1.context.active() } = description;
    return api_1.context.with(api_1.trace.setSpan(parent, span), () => throughout(span, work));
}
async function throughout(span, work) {
    try {
        return await work(span);
    }
    catch (error) {
        fail(span, error);
        throw error;
    }
    finally {
        span.end();
    }
}
/** @returns a span that whoever asked for it ends */
function startSpan({ name, parent, ...options }) {
    if (!tracer || !(parent ?? api_1.trace.getActiveSpan()?.isRecording()))
        return NO_SPAN;
    return tracer.startSpan(name, options, parent);
}
/** Says of a span that it failed: by a code, or the kind of error, since a message may quote what it stumbled over. */
function fail(span, error) {
    const { code, type } = (0, redact_js_1.describeError)(error);
    failWith(span, code ?? type);
}
function failWith(span, type) {
    span.setAttribute('error.type', type).setStatus({ code: api_1.SpanStatusCode.ERROR });
}
/** @returns what everything belongs to that is done now */
function activeContext() {
    return api_1.context.active();
}
/**
 * @returns the active span, or the trace of the request where no spans are made, to be written down and gone on with
 *   later; null where there is neither
 */
function activeTraceparent() {
    return tracer ? activeSpan() : (untraced.getStore() ?? null);
}
/** What the work does belongs to that trace, where no spans are made. */
function withinTrace(traceparent, work) {
    untraced.run(traceparent, work);
}
/**
 * @returns what names a trace that begins here and has no spans: it is marked as not sampled, so no process makes any.
 *   The digit of a UUID that tells its version keeps both ids from being zero.
 */
function newTraceparent() {
    const [traceId, spanId] = [(0, node_crypto_1.randomUUID)(), (0, node_crypto_1.randomUUID)()].map((id) => id.replaceAll('-', ''));
    return `00-${traceId}-${spanId.slice(0, 16)}-00`;
}
/** @returns the trace of a write that nothing has asked for; null while spans are made, whose first begins one */
function untracedTraceparent() {
    return tracer ? null : newTraceparent();
}
/** @returns what names that span in a header, null for one that was not made */
function traceparentOf(span) {
    const { traceId, spanId, traceFlags } = span?.spanContext() ?? api_1.INVALID_SPAN_CONTEXT;
    if (traceId === api_1.INVALID_SPAN_CONTEXT.traceId)
        return null;
    return `00-${traceId}-${spanId}-${traceFlags & api_1.TraceFlags.SAMPLED ? '01' : '00'}`;
}
/**
 * @returns what belongs to that span; what cannot be read names none, and a trace begins. There is no `tracestate`:
 *   it is free text of somebody's, which nobody here has looked at, and would be exported with every span.
 */
function contextIn(traceparent) {
    return traceparent ? api_1.propagation.extract(api_1.ROOT_CONTEXT, { traceparent }) : api_1.ROOT_CONTEXT;
}
/**
 * The header that every call between processes has: another process goes on with the active span.
 * @param given the trace that the call belongs to where there is no active span; without one it has a trace of its own
 */
function traceHeaders(given) {
    return { traceparent: activeSpan() ?? given ?? activeTraceparent() ?? newTraceparent() };
}
function activeSpan() {
    return tracer && traceparentOf(api_1.trace.getActiveSpan());
}
/** @returns a link to the active span, where there is one */
function linksToActive() {
    const active = tracer && api_1.trace.getActiveSpan()?.spanContext();
    return active && (0, api_1.isSpanContextValid)(active) ? [{ context: active }] : [];
}
/** @returns the ids of that span, by default of the active one, or of the request's trace where no spans are made */
function traceIds(within = api_1.context.active()) {
    if (!tracer)
        return traceIdIn(untraced.getStore() ?? null);
    const { traceId, spanId } = api_1.trace.getSpanContext(within) ?? {};
    return traceId ? { traceId, spanId } : {};
}
/** @returns the trace that a header names, for a log line, whether spans are made or not */
function traceIdIn(traceparent) {
    return traceparent ? { traceId: traceparent.slice(3, 35) } : {};
}
/** Remembers where requests come from that are carried out later, together with others. */
class Origins {
    constructor() {
        this.contexts = new WeakMap();
    }
    /** Called by whoever asks. */
    remember(request) {
        if (tracer && api_1.trace.getSpanContext(api_1.context.active()))
            this.contexts.set(request, api_1.context.active());
    }
    /** @returns where the request comes from, undefined where that is no span */
    of(request) {
        return this.contexts.get(request);
    }
    /** Carries work out for one of the requests, as if it had not waited for others. */
    within(request, work) {
        return tracer ? api_1.context.with(this.of(request) ?? api_1.ROOT_CONTEXT, work) : work();
    }
    /**
     * Carries a batch out as one span. It stands in the trace of the first request, so that the batch of one, which is
     * all of them while there is little to do, is where one looks for it. With those of the others it is linked, both
     * ways: a span for each would tell the same time as often as there are requests.
     */
    together(name, batch, work) {
        if (!tracer)
            return work();
        const [parent, ...others] = batch.flatMap((request) => this.of(request) ?? []).filter(isSampled);
        // Not in whatever context the batch before was begun in.
        if (!parent)
            return api_1.context.with(api_1.ROOT_CONTEXT, work);
        const links = others.map((other) => ({ context: api_1.trace.getSpanContext(other) }));
        const attributes = { 'turnpike.batch.size': batch.length };
        return inSpan(() => ({ name, parent, links, attributes }), (span) => {
            const link = { context: span.spanContext() };
            others.forEach((other) => api_1.trace.getSpan(other).addLink(link));
            return work();
        });
    }
}
exports.Origins = Origins;
function isSampled(within) {
    return api_1.trace.getSpan(within).isRecording();
}
//# sourceMappingURL=tracing.js.map