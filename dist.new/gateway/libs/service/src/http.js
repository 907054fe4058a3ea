"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.createHttpAdapter = createHttpAdapter;
exports.refuseOtherMethods = refuseOtherMethods;
exports.collectRoutes = collectRoutes;
const node_crypto_1 = require("node:crypto");
const node_http_1 = require("node:http");
const platform_fastify_1 = require("@nestjs/platform-fastify");
const contracts_1 = require("../../contracts/src/index.js");
const browsers_js_1 = require("./browsers.js");
const forwarding_js_1 = require("./forwarding.js");
const json_js_1 = require("./json.js");
const metrics_js_1 = require("./metrics.js");
const problem_js_1 = require("./problem.js");
const request_spans_js_1 = require("./request-spans.js");
const step_ids_js_1 = require("./step-ids.js");
const stop_signals_js_1 = require("./stop-signals.js");
const tracing_js_1 = require("./tracing.js");
const validation_js_1 = require("./validation.js");
/** The largest body that any process accepts. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** Milliseconds for a client to send a whole request; who is slower holds a connection for nothing. */
const SEND_WITHIN_MS = 10_000;
const CHECK_CONNECTIONS_MS = 1000;
/**
 * Milliseconds in which nothing of an answer is taken: who does not read keeps it in our memory. Node looks twice
 * before it believes that nothing moves, so that such a connection ends within 10 seconds.
 */
const READ_WITHIN_MS = 5000;
/** Milliseconds without a request: longer than the minute after which common load balancers close a connection. */
const IDLE_MS = 72_000;
/** Connections of one process: 20 KB each, and far more than a load balancer opens. */
const MAX_CONNECTIONS = 10_000;
/** Node leaves out, in silence, what comes after 2,000; no client of ours sends more than 20. */
const MAX_HEADERS = 100;
/**
 * Requests of one connection that are not answered yet. Clients wait for an answer before they ask again; Node reads
 * a thousand requests from one packet, and keeps the answers to all of them for whoever does not take the first.
 */
const MAX_UNANSWERED = 4;
/** Every method that Node reads, but HEAD, which comes with GET, and CONNECT, which never becomes a request. */
const ANSWERED_METHODS = node_http_1.METHODS.filter((method) => method !== 'HEAD' && method !== 'CONNECT');
/** @returns Fastify as every process uses it: JSON objects only, a request id of our own, problems for its errors. */
function createHttpAdapter(pino, { trustedProxies, publicUrl, ...protection }) {
    const proxies = trustedProxies && new forwarding_js_1.TrustedProxies(trustedProxies);
    const adapter = new platform_fastify_1.FastifyAdapter({
        trustProxy: proxies ? proxies.has : false,
        bodyLimit: BODY_LIMIT_BYTES,
        // A client's own id could be anybody's: it is not taken over.
        genReqId: () => (0, node_crypto_1.randomUUID)(),
        requestIdHeader: false,
        forceCloseConnections: 'idle',
        requestTimeout: SEND_WITHIN_MS,
        // A request that comes on a kept connection while the process stops is answered like any other, and the last.
        return503OnClosing: false,
        keepAliveTimeout: IDLE_MS,
        http: { headersTimeout: SEND_WITHIN_MS, connectionsCheckingInterval: CHECK_CONNECTIONS_MS },
        clientErrorHandler: answerWhatIsNoRequest,
        routerOptions: { maxParamLength: 200 },
        // What the router refuses by itself, before any hook: an address that cannot be decoded, or is too long.
        frameworkErrors: (error, request, reply) => (0, problem_js_1.sendProblem)((0, problem_js_1.problemOf)(error), request, reply.headers((0, browsers_js_1.protectionOf)(protection))),
    });
    const fastify = adapter.getInstance();
    fastify.server.maxConnections = MAX_CONNECTIONS;
    const unusual = ANSWERED_METHODS.filter((method) => !fastify.supportedMethods.includes(method));
    for (const method of unusual)
        fastify.addHttpMethod(method);
    if (proxies)
        (0, forwarding_js_1.watchForwarding)(fastify, proxies, pino);
    // Before all other hooks: what they do belongs to the request, too.
    ((0, tracing_js_1.isTracing)() ? request_spans_js_1.traceRequests : request_spans_js_1.nameTraces)(fastify);
    (0, browsers_js_1.protectBrowsers)(fastify, protection);
    parseJson(fastify);
    // With callbacks: an async hook costs each request a promise and a turn of the microtasks.
    const unanswered = new WeakMap();
    fastify.addHook('onRequest', ({ raw }, reply, done) => {
        const waiting = (unanswered.get(raw.socket) ?? 0) + 1;
        unanswered.set(raw.socket, waiting);
        reply.raw.once('close', () => unanswered.set(raw.socket, unanswered.get(raw.socket) - 1));
        if (waiting > MAX_UNANSWERED)
            raw.socket.destroy();
        // What else the packet holds would still be carried out.
        if (raw.socket.destroyed)
            throw new problem_js_1.Problem('rate-limited');
        assertUnambiguous(raw);
        done();
    });
    fastify.addHook('preValidation', ({ raw, query }, _reply, done) => {
        assertDecodable(raw.url);
        (0, validation_js_1.assertStorable)(query);
        done();
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
        reply.header(contracts_1.HEADERS.requestId, request.id);
        // Between processes only: a client of the gateway is answered nothing that it made up.
        const callId = request.url.startsWith('/internal/') && request.headers[contracts_1.HEADERS.callId];
        if (typeof callId === 'string' && /^[0-9a-f-]{36}$/.test(callId))
            reply.header(contracts_1.HEADERS.callId, callId);
        if (publicUrl)
            locatePublicly(reply, publicUrl);
        closeIfUnread(reply);
        // A client that keeps its connection looks for another process before this one is gone.
        if ((0, stop_signals_js_1.isStopping)())
            reply.header('connection', 'close');
        done(null, payload);
    });
    fastify.addHook('onResponse', (request, reply, done) => {
        pino.info({
            requestId: request.id,
            ...(0, request_spans_js_1.traceIdsOf)(request),
            ...(0, step_ids_js_1.stepIdsOf)(request),
            method: request.method,
            // The pattern of the route: a query string may hold an e-mail address.
            route: request.routeOptions.url ?? 'none',
            status: reply.statusCode,
            ms: Math.round(reply.elapsedTime),
        });
        (0, metrics_js_1.observeRequest)(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
        done();
    });
    return adapter;
}
/** Here and not where a `Location` is made: none is forgotten. */
function locatePublicly(reply, publicUrl) {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/'))
        reply.header('location', publicUrl + location);
}
/** Bodies are JSON objects that PostgreSQL can store, as they are: a compressed one may be a thousand times as large. */
function parseJson(fastify) {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ headers }, raw, done) => {
        try {
            const coding = headers['content-encoding'] ?? 'identity';
            if (coding !== 'identity')
                throw new problem_js_1.Problem('unsupported-media-type', 'A body is not compressed.');
            done(null, (0, json_js_1.parseBody)(raw));
        }
        catch (error) {
            done(error);
        }
    });
}
/** Headers of which Node takes the first and a proxy before us perhaps the last. */
const ONCE = new Set(['host', 'content-type']);
/** @throws Problem for what Node reads in one way and a proxy before us perhaps in another */
function assertUnambiguous({ rawHeaders, httpVersionMajor }) {
    if (rawHeaders.length > 2 * MAX_HEADERS) {
        throw new problem_js_1.Problem('headers-too-large', `At most ${MAX_HEADERS} headers.`);
    }
    if (httpVersionMajor < 1)
        throw (0, validation_js_1.invalidRequest)([{ path: '', message: 'HTTP/0.9 is not spoken' }]);
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const once = names.filter((name) => ONCE.has(name));
    if (new Set(once).size < once.length) {
        throw (0, validation_js_1.invalidRequest)([{ path: '', message: `${[...ONCE].join(', ')} may be sent once` }]);
    }
}
/** The parser of queries keeps what it cannot decode as it stands, and somebody before us may read it otherwise. */
function assertDecodable(url) {
    if (!url.includes('%'))
        return;
    try {
        decodeURIComponent(url);
    }
    catch {
        throw (0, validation_js_1.invalidRequest)([{ path: 'query', message: 'has an encoding that cannot be read' }]);
    }
}
/** Node sets a time limit of its own when the whole answer was taken. A stream of events may be silent for longer. */
function closeIfUnread(reply) {
    const isEventStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isEventStream)
        reply.raw.setTimeout(READ_WITHIN_MS);
}
const CLIENT_ERRORS = {
    HPE_HEADER_OVERFLOW: 'headers-too-large',
    ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};
/** What cannot be told from smuggling has no request to be answered: the connection says what is wrong and ends. */
function answerWhatIsNoRequest(error, socket) {
    if (error.code === 'ECONNRESET' || socket.destroyed)
        return;
    const code = CLIENT_ERRORS[error.code ?? ''] ?? 'invalid-request';
    const { body } = new problem_js_1.Problem(code, 'This is not the HTTP that is spoken here.');
    const content = JSON.stringify({ ...body, instance: (0, node_crypto_1.randomUUID)() });
    const head = [
        `HTTP/1.1 ${body.status} ${node_http_1.STATUS_CODES[body.status]}`,
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(content)}`,
        'Cache-Control: no-store',
        'Connection: close',
    ];
    if (socket.writable)
        socket.write(`${head.join('\r\n')}\r\n\r\n${content}`);
    socket.destroy(error);
}
/** Answers 405 with `Allow` wherever a route exists for other methods. Call it when all routes are known. */
function refuseOtherMethods(app, routes) {
    const fastify = app.getHttpAdapter().getInstance();
    for (const [url, allowed] of routes) {
        const refused = ANSWERED_METHODS.filter((method) => !allowed.has(method));
        const allow = [...allowed].sort().join(', ');
        if (refused.length === 0)
            continue;
        fastify.route({
            method: refused,
            url,
            handler: () => {
                throw new problem_js_1.Problem('method-not-allowed', `Use ${allow}.`, {}, { allow });
            },
        });
    }
}
/** @returns the methods of each route, filled as routes are added to that adapter. */
function collectRoutes(adapter) {
    const routes = new Map();
    adapter.getInstance().addHook('onRoute', ({ url, method }) => {
        if (url.includes('*'))
            return;
        const known = routes.get(url) ?? new Set();
        routes.set(url, known);
        [method].flat().forEach((item) => known.add(item));
    });
    return routes;
}
//# sourceMappingURL=http.js.map