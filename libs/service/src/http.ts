import { randomUUID } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HEADERS } from '@turnpike/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Logger as Pino } from 'pino';
import secureJson from 'secure-json-parse';
import { observeRequest } from './metrics.js';
import { Problem, problemOf, sendProblem } from './problem.js';
import { assertStorable, invalidRequest } from './validation.js';

/** The largest body that any process accepts. */
const BODY_LIMIT_BYTES = 256 * 1024;

/** Milliseconds for a client to send a whole request; who is slower holds a connection for nothing. */
const SEND_WITHIN_MS = 10_000;
const CHECK_CONNECTIONS_MS = 2000;

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns Fastify as every process uses it: JSON objects only, a request id of our own, problems for its errors. */
export function createHttpAdapter(pino: Pino): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    // A client's own id could be anybody's: it is not taken over.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    requestTimeout: SEND_WITHIN_MS,
    http: { headersTimeout: SEND_WITHIN_MS, connectionsCheckingInterval: CHECK_CONNECTIONS_MS },
    routerOptions: { maxParamLength: 200 },
    // What the router refuses by itself, before any hook: an address that cannot be decoded, or is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(problemOf(error), request, reply),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  parseJson(fastify);
  // With callbacks: an async hook costs each request a promise and a turn of the microtasks.
  fastify.addHook('preValidation', ({ query }, _reply, done) => {
    assertStorable(query);
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.header(HEADERS.requestId, request.id);
    const callId = request.headers[HEADERS.callId];
    if (typeof callId === 'string' && /^[0-9a-f-]{36}$/.test(callId)) reply.header(HEADERS.callId, callId);
    done(null, payload);
  });
  // The line of a request is made of what is never secret: looking for secrets would cost ten times the line.
  const requests = pino.child({}, { redact: [] });
  fastify.addHook('onResponse', (request, reply, done) => {
    requests.info({
      requestId: request.id,
      method: request.method,
      // The pattern of the route: a query string may hold an e-mail address.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    });
    observeRequest(
      request.method,
      request.routeOptions.url ?? 'none',
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    done();
  });
  return adapter;
}

/** Bodies are JSON objects that PostgreSQL can store; an empty body is none. */
function parseJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, raw, done) => {
    try {
      done(null, parseBody(raw as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseBody(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  const body = parseOrRefuse(raw);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest([{ path: '', message: 'the body must be a JSON object' }]);
  }
  assertStorable(body);
  return body;
}

function parseOrRefuse(raw: Buffer): unknown {
  try {
    return secureJson.parse(utf8.decode(raw), { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new Problem('invalid-json', (error as Error).message);
  }
}

/** Answers 405 with `Allow` wherever a route exists for other methods. Call it when all routes are known. */
export function refuseOtherMethods(
  app: NestFastifyApplication,
  routes: ReadonlyMap<string, Set<string>>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const [url, allowed] of routes) {
    const refused = METHODS.filter((method) => !allowed.has(method));
    const allow = [...allowed].sort().join(', ');
    if (refused.length === 0) continue;
    fastify.route({
      method: refused,
      url,
      handler: () => {
        throw new Problem('method-not-allowed', `Use ${allow}.`, {}, { allow });
      },
    });
  }
}

/** @returns the methods of each route, filled as routes are added to that adapter. */
export function collectRoutes(adapter: FastifyAdapter): ReadonlyMap<string, Set<string>> {
  const routes = new Map<string, Set<string>>();
  adapter.getInstance<FastifyInstance>().addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = routes.get(url) ?? new Set();
    routes.set(url, known);
    [method].flat().forEach((item) => known.add(item));
  });
  return routes;
}
