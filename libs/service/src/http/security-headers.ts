import cors from '@fastify/cors';
import { HEADERS } from '@turnpike/protocol';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** Answers are data: nothing in them is to be shown in a frame, or to load or run anything. */
const NO_CONTENT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * For the pages of `/docs`: scripts come from files alone. Swagger UI's page has a style sheet and style attributes in
 * it, which differ from version to version, and shows images that its style sheet contains.
 */
const DOCS_CONTENT =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers that a page of an allowed origin may read, and may send. */
const EXPOSED = [
  ...['location', 'etag', 'retry-after', 'ratelimit', 'ratelimit-policy'],
  ...[HEADERS.operationId, HEADERS.operationToken, HEADERS.idempotencyReplayed, HEADERS.preferenceApplied],
  HEADERS.requestId,
];
const ACCEPTED = [
  ...['authorization', 'content-type', 'last-event-id', HEADERS.traceparent, HEADERS.operationToken],
  ...[HEADERS.idempotencyKey, HEADERS.ifMatch, HEADERS.ifNoneMatch, HEADERS.prefer, HEADERS.readAfter],
];

/** Seconds for which a browser need not ask again; browsers themselves allow no more than two hours. */
const PREFLIGHT_SECONDS = 600;

export interface Protection {
  /** Whether browsers are told to come by HTTPS alone. */
  production: boolean;
  /** The origins whose pages may read answers. */
  corsOrigins: readonly string[];
}

/** Lets pages of those origins read answers. */
export function allowOrigins(fastify: FastifyInstance, { corsOrigins }: Protection): void {
  if (corsOrigins.length > 0) void fastify.register(cors, corsOf(corsOrigins));
}

/** What answers tell browsers and caches; a route that knows better replaces a header. */
export interface ProtectiveHeaders {
  everywhere: Readonly<Record<string, string>>;
  docs: Readonly<Record<string, string>>;
}

export function headersOf(protection: Protection): ProtectiveHeaders {
  const everywhere = chosenHeaders(protection);
  return { everywhere, docs: { ...everywhere, 'content-security-policy': DOCS_CONTENT } };
}

/**
 * helmet chooses the headers, once: asking it at every request costs more than Fastify's own work. The policy of
 * contents is ours, since helmet's is made for pages.
 */
function chosenHeaders({ production }: Protection): Record<string, string> {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'content-security-policy': NO_CONTENT,
  };
  const answer = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const choose = helmet({
    contentSecurityPolicy: false,
    frameguard: { action: 'deny' },
    // Over plain HTTP, where one develops, it would lock the developer's other sites out.
    strictTransportSecurity: production && { maxAge: 31_536_000, includeSubDomains: true },
    // Pages of allowed origins read answers.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  choose({} as never, answer as never, () => undefined);
  return headers;
}

function corsOf(origins: readonly string[]): Parameters<typeof cors>[1] {
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
