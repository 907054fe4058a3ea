"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.traceRequests = traceRequests;
exports.nameTraces = nameTraces;
exports.endSpanOf = endSpanOf;
exports.traceIdsOf = traceIdsOf;
exports.givenTraceparent = givenTraceparent;
const api_1 = require("@opentelemetry/api");
const contracts_1 = require("../../contracts/src/index.js");
const tracing_js_1 = require("./tracing.js");
/** What belongs to each request. */
const contexts = new WeakMap();
/** The methods that stand in the conventions; others are somebody's invention. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY']);
/**
 * Makes a span of each request, and lets everything that answers it belong to that span. Not of probes of health; nor
 * of what the gateway asks the services on its own account, all the time, which belongs to no trace.
 */
function traceRequests(fastify) {
    fastify.addHook('onRequest', (request, reply, done) => {
        const parent = (0, tracing_js_1.contextIn)(givenTraceparent(request));
        if (!isWorthASpan(request, parent))
            return done();
        const span = spanOf(request, parent);
        const own = api_1.trace.setSpan(parent, span);
        contexts.set(request, own);
        // Fastify's own hook at the end is not called for an answer that nobody took.
        reply.raw.once('close', () => endWith(span, reply.raw));
        api_1.context.with(own, done);
    });
    // In between the body is read, by callbacks that belong to the connection.
    fastify.addHook('preValidation', (request, _reply, done) => api_1.context.with(contexts.get(request) ?? api_1.ROOT_CONTEXT, done));
}
/** The traces of requests where no spans are made. */
const traceparents = new WeakMap();
/**
 * Where no spans are made: each request belongs to the trace of its caller, or to one that begins with it, and so does
 * what is done for it. What the gateway calls is not followed further, because the services call nothing.
 */
function nameTraces(fastify) {
    fastify.addHook('onRequest', (request, _reply, done) => {
        const traceparent = givenTraceparent(request) ?? (0, tracing_js_1.newTraceparent)();
        traceparents.set(request, traceparent);
        goOn(request, traceparent, done);
    });
    // In between the body is read, by callbacks that belong to the connection.
    fastify.addHook('preValidation', (request, _reply, done) => goOn(request, traceparents.get(request), done));
}
function goOn({ url }, traceparent, done) {
    if (url.startsWith('/internal/'))
        done();
    else
        (0, tracing_js_1.withinTrace)(traceparent, done);
}
/**
 * Ends the span of a request whose answer goes on for as long as the client likes. What is done for it from now on has
 * no spans: a page that is left open for a day would make a trace of a hundred thousand statements.
 */
function endSpanOf(request, { raw }) {
    const span = api_1.trace.getSpan(contexts.get(request) ?? api_1.ROOT_CONTEXT);
    if (span)
        endWith(span, raw);
}
/** @returns what a log line says of the trace of a request, also where no spans are made */
function traceIdsOf(request) {
    const own = contexts.get(request);
    return own ? (0, tracing_js_1.traceIds)(own) : (0, tracing_js_1.traceIdIn)(traceparents.get(request) ?? givenTraceparent(request));
}
/** @returns the W3C trace context that the request was sent with, or null where it cannot be read */
function givenTraceparent({ headers }) {
    const value = headers[contracts_1.HEADERS.traceparent];
    return typeof value === 'string' && TRACEPARENT.test(value) ? value : null;
}
/** Of the one version that there is. Neither a trace nor a span has the id zero. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
function isWorthASpan({ routeOptions: { url = '' } }, parent) {
    if (url.startsWith('/health'))
        return false;
    return !url.startsWith('/internal/') || isSampled(parent);
}
function isSampled(parent) {
    return ((api_1.trace.getSpanContext(parent)?.traceFlags ?? 0) & api_1.TraceFlags.SAMPLED) !== 0;
}
/** By the pattern of the route: what a client wrote into its address may be an e-mail address. */
function spanOf({ method, protocol, routeOptions: { url } }, parent) {
    const known = METHODS.has(method);
    const name = [known ? method : 'HTTP', url].filter(Boolean).join(' ');
    return (0, tracing_js_1.startSpan)({
        name,
        kind: api_1.SpanKind.SERVER,
        parent,
        attributes: {
            'http.request.method': known ? method : '_OTHER',
            'url.scheme': protocol,
            ...(url && { 'http.route': url }),
        },
    });
}
function endWith(span, raw) {
    if (!span.isRecording())
        return;
    if (raw.headersSent)
        span.setAttribute('http.response.status_code', raw.statusCode);
    if (raw.statusCode >= 500)
        (0, tracing_js_1.failWith)(span, String(raw.statusCode));
    span.end();
}
//# sourceMappingURL=request-spans.js.map