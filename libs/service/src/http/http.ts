import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HEADERS, type ProblemCode } from '@turnpike/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger as Pino } from 'pino';
import { assertStorable, type BodyLimits, OF_CLIENTS, parseBody } from './body.js';
import { unanswered } from './drain-connections.js';
import { forwardingOf, TrustedProxies } from './forwarding.js';
import {
  ANSWERED_METHODS,
  collectRoutes,
  MAX_PARAM_LENGTH,
  refusalOfUnusual,
  type Routes,
} from './methods.js';
import { allowOrigins, headersOf, type Protection } from './security-headers.js';
import { observeRequest } from '../process/metrics.js';
import { invalidRequest, Problem, problemOf, sendProblem } from '../problems/problem.js';
import { nameTraces, requestIds } from '../process/request-context.js';
import { traceIdsOf, traceRequests } from '../process/request-spans.js';
import { stepIdsOf } from '../protocol/step-ids.js';
import { stopping } from '../process/stop-signals.js';
import type { ServerTls } from '../process/tls.js';
import { isTracing } from '../process/tracing.js';

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

const PATIENCE = { headersTimeout: SEND_WITHIN_MS, connectionsCheckingInterval: CHECK_CONNECTIONS_MS };

/** Connections of one process: 20 KB each, and far more than a load balancer opens. */
const MAX_CONNECTIONS = 10_000;

/** Node leaves out, in silence, what comes after 2,000; no client of ours sends more than 20. */
const MAX_HEADERS = 100;

/**
 * Requests of one connection that are not answered yet. Clients wait for an answer before they ask again; Node reads
 * a thousand requests from one packet, and keeps the answers to all of them for whoever does not take the first.
 */
const MAX_UNANSWERED = 4;

export interface AdapterOptions extends Protection {
  /** Addresses and networks whose `X-Forwarded-For` says where a request comes from; left out where no client is counted. */
  trustedProxies?: readonly string[];
  /** What a `Location` begins with (nothing: the client's own address of the process). */
  publicUrl?: string | null;
  /** Null where it answers by plain HTTP. */
  tls?: ServerTls | null;
  /** How much of anything there may be in a body (what a client may send). */
  bodyLimits?: BodyLimits;
  /** @returns the address under which a request is answered (the one that it was sent to) */
  addressOf?: (request: IncomingMessage) => string;
}

/** @returns Fastify as every process uses it: JSON objects only, a request id of our own, problems for its errors; and its routes. */
export function createHttpAdapter(
  pino: Pino,
  { trustedProxies, publicUrl, tls, addressOf, bodyLimits = OF_CLIENTS, ...protection }: AdapterOptions,
): { adapter: FastifyAdapter; routes: Routes } {
  const proxies = trustedProxies && new TrustedProxies(trustedProxies);
  const unifyForwarding = proxies && forwardingOf(proxies, pino);
  const headers = headersOf(protection);
  const adapter = new FastifyAdapter({
    trustProxy: proxies ? proxies.has : false,
    bodyLimit: bodyLimits.bytes,
    genReqId: proxies ? () => randomUUID() : takenOverId,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    requestTimeout: SEND_WITHIN_MS,
    // A request that comes on a kept connection while the process stops is answered like any other, and the last.
    return503OnClosing: false,
    keepAliveTimeout: IDLE_MS,
    ...(tls ? { https: { ...tls, ...PATIENCE, handshakeTimeout: SEND_WITHIN_MS } } : { http: PATIENCE }),
    ...(addressOf && { rewriteUrl: (request: IncomingMessage) => addressOf(request) }),
    clientErrorHandler: answerWhatIsNoRequest,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // What the router refuses by itself, before any hook: an address that cannot be decoded, or is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(problemOf(error), request, reply.headers(headers.everywhere)),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.server.maxConnections = MAX_CONNECTIONS;
  const routes = collectRoutes(fastify);
  const refuseUnusual = refusalOfUnusual(routes);
  const unusual = ANSWERED_METHODS.filter((method) => !fastify.supportedMethods.includes(method));
  for (const method of unusual) fastify.addHttpMethod(method);
  // Before all other hooks: what they do belongs to the request, too.
  (isTracing() ? traceRequests : nameTraces)(fastify);
  allowOrigins(fastify, protection);
  parseJson(fastify, bodyLimits);
  // With callbacks: an async hook costs each request a promise and a turn of the microtasks.
  fastify.addHook('onRequest', ({ raw, url }, reply, done) => {
    if (isForwarded(raw)) unifyForwarding?.(raw);
    reply.headers(isOfDocs(url) ? headers.docs : headers.everywhere);
    countUnanswered(raw, reply.raw);
    assertUnambiguous(raw);
    done();
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    assertDecodable(request.raw.url!);
    assertStorable(request.query);
    if (request.is404) refuseUnusual(request);
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.header(HEADERS.requestId, request.id);
    // Between processes only: a client of the gateway is answered nothing that it made up.
    const callId = request.url.startsWith('/internal/') && request.headers[HEADERS.callId];
    if (typeof callId === 'string' && /^[0-9a-f-]{36}$/.test(callId)) reply.header(HEADERS.callId, callId);
    if (publicUrl) locatePublicly(reply, publicUrl);
    closeIfUnread(reply);
    // A client that keeps its connection looks for another process before this one is gone.
    if (stopping.aborted) reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    pino.info({
      ...requestIds(request),
      ...traceIdsOf(request),
      ...stepIdsOf(request),
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
  return { adapter, routes };
}

/**
 * A service is called by the gateway alone, and its lines about a request have the id that the gateway's have. The
 * gateway itself takes none over: a client's own id could be anybody's.
 */
function takenOverId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[HEADERS.requestId];
  return typeof given === 'string' && UUID.test(given) ? given : randomUUID();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Here and not where a `Location` is made: none is forgotten. */
function locatePublicly(reply: FastifyReply, publicUrl: string): void {
  const location = reply.getHeader('location');
  if (typeof location === 'string' && location.startsWith('/'))
    reply.header('location', publicUrl + location);
}

/** Bodies are JSON objects that PostgreSQL can store, as they are: a compressed one may be a thousand times as large. */
function parseJson(fastify: FastifyInstance, limits: BodyLimits): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ headers }, raw, done) => {
    try {
      const coding = headers['content-encoding'] ?? 'identity';
      if (coding !== 'identity') throw new Problem('unsupported-media-type', 'A body is not compressed.');
      done(null, parseBody(raw as Buffer, limits));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Where no proxy stands before the process, hardly any request is. */
function isForwarded({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
}

/** The addresses of the pages, not those of the interface: a page needs what an answer must not have. */
function isOfDocs(url: string): boolean {
  return url === '/docs' || url.startsWith('/docs/');
}

/** @throws Problem 429 where the connection, which is then closed, has too many */
function countUnanswered(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  const requests = unanswered.get(socket) ?? new Set();
  unanswered.set(socket, requests.add(request));
  response.once('close', () => requests.delete(request));
  if (requests.size > MAX_UNANSWERED) socket.destroy();
  // What else the packet holds would still be carried out.
  if (socket.destroyed) throw new Problem('rate-limited');
}

/** Headers of which Node takes the first and a proxy before us perhaps the last. */
const ONCE = new Set(['host', 'content-type']);

/** @throws Problem for what Node reads in one way and a proxy before us perhaps in another */
function assertUnambiguous({ rawHeaders, httpVersionMajor }: IncomingMessage): void {
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    throw new Problem('headers-too-large', `At most ${MAX_HEADERS} headers.`);
  }
  if (httpVersionMajor < 1) throw invalidRequest([{ path: '', message: 'HTTP/0.9 is not spoken' }]);
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const once = names.filter((name) => ONCE.has(name));
  if (new Set(once).size < once.length) {
    throw invalidRequest([{ path: '', message: `${[...ONCE].join(', ')} may be sent once` }]);
  }
}

/** The parser of queries keeps what it cannot decode as it stands, and somebody before us may read it otherwise. */
function assertDecodable(url: string): void {
  if (!url.includes('%')) return;
  try {
    decodeURIComponent(url);
  } catch {
    throw invalidRequest([{ path: 'query', message: 'has an encoding that cannot be read' }]);
  }
}

/** Node sets a time limit of its own when the whole answer was taken. A stream of events may be silent for longer. */
function closeIfUnread(reply: FastifyReply): void {
  const isEventStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
  if (!isEventStream) reply.raw.setTimeout(READ_WITHIN_MS);
}

const CLIENT_ERRORS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** What cannot be told from smuggling has no request to be answered: the connection says what is wrong and ends. */
function answerWhatIsNoRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const code = CLIENT_ERRORS[error.code ?? ''] ?? 'invalid-request';
  const { body } = new Problem(code, 'This is not the HTTP that is spoken here.');
  const content = JSON.stringify({ ...body, instance: randomUUID() });
  const head = [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(content)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${content}`);
  socket.destroy(error);
}
