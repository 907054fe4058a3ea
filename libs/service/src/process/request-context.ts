import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';

/*
 * What the log lines of a request say of it: its id, and who sends it. The members are added as they become known, so
 * that a line which is written before the caller is known has the id alone, and each later one has all of them.
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

/** What is done by the work, and after it, belongs to that request. */
export function withinRequest(request: FastifyRequest, traceparent: string | null, work: () => void): void {
  const context = contextOf(request);
  context.traceparent = traceparent;
  active.run(context, work);
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

/** @returns the trace of the request that is being answered, where no spans are made, or null */
export function untracedRequest(): string | null {
  return active.getStore()?.traceparent ?? null;
}
