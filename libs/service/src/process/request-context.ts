import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { HEADERS } from '@turnpike/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/*
 * What the log lines of a request say of it: its id, who sends it, and the trace that it belongs to where no spans are
 * made. The members are added as they become known, so that a line which is written before the caller is known has the
 * id alone, and each later one has all of them.
 */

/** What log lines say of the request that they belong to. */
export interface RequestIds {
  requestId?: string;
  /** Who is signed in, and by which session. */
  userId?: string;
  sessionId?: string;
  /** Where nobody is signed in: a pseudonym of the network that the request comes from. */
  address?: string;
}

/** The part of RequestIds that is known from the token. */
export type SignedIn = Required<Pick<RequestIds, 'userId' | 'sessionId'>>;

interface RequestContext {
  requestId: string;
  route: string;
  signedIn: SignedIn | null;
  /** Asked for only where a line needs it: it costs a hash. */
  address: (() => string | undefined) | null;
  /** The trace that it belongs to where no spans are made. */
  traceparent: string | null;
}

const contexts = new WeakMap<FastifyRequest, RequestContext>();
const active = new AsyncLocalStorage<RequestContext>();

function contextOf(request: FastifyRequest): RequestContext {
  const known = contexts.get(request);
  if (known) return known;
  const route = `${request.method} ${request.routeOptions.url ?? 'none'}`;
  const made = { requestId: request.id, route, signedIn: null, address: null, traceparent: null };
  contexts.set(request, made);
  return made;
}

/** What is done by the work, and after it, belongs to that request; not where the gateway asks a service. */
export function withinRequest(request: FastifyRequest, work: () => void): void {
  if (request.url.startsWith('/internal/')) work();
  else active.run(contextOf(request), work);
}

/**
 * Where no spans are made: each request belongs to the trace of its caller, or to one that begins with it, and so does
 * what is done for it. What the gateway calls is not followed further, because the services call nothing.
 */
export function nameTraces(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    contextOf(request).traceparent = givenTraceparent(request) ?? newTraceparent();
    withinRequest(request, done);
  });
  // In between the body is read, by callbacks that belong to the connection.
  fastify.addHook('preValidation', (request, _reply, done) => withinRequest(request, done));
}

/** @returns the W3C trace context that the request was sent with, or null where it cannot be read */
export function givenTraceparent({ headers }: FastifyRequest): string | null {
  const value = headers[HEADERS.traceparent];
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : null;
}

/** Of the one version that there is. Neither a trace nor a span has the id zero. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * @returns what names a trace that begins here and has no spans: it is marked as not sampled, so no process makes any.
 *   The digit of a UUID that tells its version keeps both ids from being zero.
 */
export function newTraceparent(): string {
  const [traceId, spanId] = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
  return `00-${traceId}-${spanId!.slice(0, 16)}-00`;
}

/** Says who sends a request, for all of its lines that are still to be written. */
export function identify(request: FastifyRequest, { userId, sessionId }: SignedIn): void {
  contextOf(request).signedIn = { userId, sessionId };
}

/** Says by which pseudonym the lines of a request name its network while nobody is signed in. */
export function nameAddress(request: FastifyRequest, address: () => string | undefined): void {
  contextOf(request).address = address;
}

/** @returns what a line says of that request, by default of the one that is being answered; of none nothing */
export function requestIds(request?: FastifyRequest): RequestIds {
  const context = request ? contextOf(request) : active.getStore();
  if (!context) return {};
  const { requestId, signedIn } = context;
  if (signedIn) return { requestId, ...signedIn };
  const address = context.address?.();
  return address === undefined ? { requestId } : { requestId, address };
}

/** @returns method and pattern of that request, by default of the one that is being answered */
export function routeOf(request?: FastifyRequest): string | undefined {
  return (request ? contextOf(request) : active.getStore())?.route;
}

/** @returns the pseudonym of the network that a request comes from, whoever is signed in */
export function addressOf(request?: FastifyRequest): string | undefined {
  return (request ? contextOf(request) : active.getStore())?.address?.();
}

/** @returns the id of the request that is being answered, or null */
export function activeRequestId(): string | null {
  return active.getStore()?.requestId ?? null;
}

/** @returns the trace of that request, by default of the one that is being answered; null where spans are made */
export function untracedRequest(request?: FastifyRequest): string | null {
  return (request ? contextOf(request) : active.getStore())?.traceparent ?? null;
}
