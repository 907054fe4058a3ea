import type { ServerResponse } from 'node:http';
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { givenTraceparent, untracedRequest, withinRequest } from './request-context.js';
import { contextIn, failWith, startSpan, traceIdIn, type TraceIds, traceIds } from './tracing.js';

/** What belongs to each request. */
const contexts = new WeakMap<FastifyRequest, Context>();

/** The methods that stand in the conventions; others are somebody's invention. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY']);

/**
 * Makes a span of each request, and lets everything that answers it belong to that span. Not of probes of health; nor
 * of what the gateway asks the services on its own account, all the time, which belongs to no trace.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const parent = contextIn(givenTraceparent(request));
    if (!isWorthASpan(request, parent)) return withinRequest(request, done);
    const span = spanOf(request, parent);
    const own = trace.setSpan(parent, span);
    contexts.set(request, own);
    // Fastify's own hook at the end is not called for an answer that nobody took.
    reply.raw.once('close', () => endWith(span, reply.raw));
    context.with(own, () => withinRequest(request, done));
  });
  // In between the body is read, by callbacks that belong to the connection.
  fastify.addHook('preValidation', (request, _reply, done) =>
    context.with(contexts.get(request) ?? ROOT_CONTEXT, () => withinRequest(request, done)),
  );
}

/**
 * Ends the span of a request whose answer goes on for as long as the client likes. What is done for it from now on has
 * no spans: a page that is left open for a day would make a trace of a hundred thousand statements.
 */
export function endSpanOf(request: FastifyRequest, { raw }: FastifyReply): void {
  const span = trace.getSpan(contexts.get(request) ?? ROOT_CONTEXT);
  if (span) endWith(span, raw);
}

/** @returns what a log line says of the trace of a request, also where no spans are made */
export function traceIdsOf(request: FastifyRequest): TraceIds {
  const own = contexts.get(request);
  return own ? traceIds(own) : traceIdIn(untracedRequest(request) ?? givenTraceparent(request));
}

function isWorthASpan({ routeOptions: { url = '' } }: FastifyRequest, parent: Context): boolean {
  if (url.startsWith('/health')) return false;
  return !url.startsWith('/internal/') || isSampled(parent);
}

function isSampled(parent: Context): boolean {
  return ((trace.getSpanContext(parent)?.traceFlags ?? 0) & TraceFlags.SAMPLED) !== 0;
}

/** By the pattern of the route: what a client wrote into its address may be an e-mail address. */
function spanOf({ method, protocol, routeOptions: { url } }: FastifyRequest, parent: Context): Span {
  const known = METHODS.has(method);
  const name = [known ? method : 'HTTP', url].filter(Boolean).join(' ');
  return startSpan({
    name,
    kind: SpanKind.SERVER,
    parent,
    attributes: {
      'http.request.method': known ? method : '_OTHER',
      'url.scheme': protocol,
      ...(url && { 'http.route': url }),
    },
  });
}

function endWith(span: Span, raw: ServerResponse): void {
  if (!span.isRecording()) return;
  if (raw.headersSent) span.setAttribute('http.response.status_code', raw.statusCode);
  if (raw.statusCode >= 500) failWith(span, String(raw.statusCode));
  span.end();
}
