"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.protectBrowsers = protectBrowsers;
exports.protectionOf = protectionOf;
const cors_1 = __importDefault(require("@fastify/cors"));
const contracts_1 = require("../../contracts/src/index.js");
const helmet_1 = __importDefault(require("helmet"));
/** Answers are data: nothing in them is to be shown in a frame, or to load or run anything. */
const NO_CONTENT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/**
 * For the pages of `/docs`: scripts come from files alone. Swagger UI's page has a style sheet and style attributes in
 * it, which differ from version to version, and shows images that its style sheet contains.
 */
const DOCS_CONTENT = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Headers that a page of an allowed origin may read, and may send. */
const EXPOSED = [
    ...['location', 'etag', 'retry-after', 'ratelimit', 'ratelimit-policy'],
    ...[contracts_1.HEADERS.operationId, contracts_1.HEADERS.operationToken, contracts_1.HEADERS.idempotencyReplayed, contracts_1.HEADERS.preferenceApplied],
    contracts_1.HEADERS.requestId,
];
const ACCEPTED = [
    ...['authorization', 'content-type', 'last-event-id', contracts_1.HEADERS.traceparent, contracts_1.HEADERS.operationToken],
    ...[contracts_1.HEADERS.idempotencyKey, contracts_1.HEADERS.ifMatch, contracts_1.HEADERS.ifNoneMatch, contracts_1.HEADERS.prefer, contracts_1.HEADERS.readAfter],
];
/** Seconds for which a browser need not ask again; browsers themselves allow no more than two hours. */
const PREFLIGHT_SECONDS = 600;
/** What every answer tells browsers and caches; a route that knows better replaces the header. */
function protectBrowsers(fastify, options) {
    const headers = protectionOf(options);
    fastify.addHook('onRequest', (request, reply, done) => {
        reply.headers(headers);
        if (isOfDocs(request.url))
            reply.header('content-security-policy', DOCS_CONTENT);
        done();
    });
    if (options.corsOrigins.length > 0)
        void fastify.register(cors_1.default, corsOf(options.corsOrigins));
}
/** The addresses of the pages, not those of the interface: a page needs what an answer must not have. */
function isOfDocs(url) {
    return url === '/docs' || url.startsWith('/docs/');
}
/**
 * helmet chooses the headers, once: asking it at every request costs more than Fastify's own work. The policy of
 * contents is ours, since helmet's is made for pages.
 */
function protectionOf({ production }) {
    const headers = {
        'cache-control': 'no-store',
        'content-security-policy': NO_CONTENT,
    };
    const answer = {
        setHeader: (name, value) => (headers[name.toLowerCase()] = value),
        removeHeader: () => undefined,
    };
    const choose = (0, helmet_1.default)({
        contentSecurityPolicy: false,
        frameguard: { action: 'deny' },
        // Over plain HTTP, where one develops, it would lock the developer's other sites out.
        strictTransportSecurity: production && { maxAge: 31_536_000, includeSubDomains: true },
        // Pages of allowed origins read answers.
        crossOriginResourcePolicy: { policy: 'cross-origin' },
    });
    choose({}, answer, () => undefined);
    return headers;
}
function corsOf(origins) {
    return {
        // Whoever is not allowed is answered as if there were no CORS: 405 to a preflight, no header to the rest.
        origin: (origin, decide) => decide(null, origin !== undefined && origins.includes(origin)),
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        exposedHeaders: EXPOSED,
        allowedHeaders: ACCEPTED,
        credentials: false,
        maxAge: PREFLIGHT_SECONDS,
    };
}
//# sourceMappingURL=browsers.js.map