import { METHODS } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import findMyWay from 'find-my-way';
import { Problem } from '../problems/problem.js';

/** The methods of each route, by its pattern. */
export type Routes = ReadonlyMap<string, Set<string>>;

/** Characters of one part of an address; a longer one is found nowhere. */
export const MAX_PARAM_LENGTH = 200;

/** Every method that Node reads, but HEAD, which comes with GET, and CONNECT, which never becomes a request. */
export const ANSWERED_METHODS = METHODS.filter(
  (method) => method !== 'HEAD' && method !== 'CONNECT',
) as HTTPMethods[];

/** Marks a route that only refuses. */
const REFUSAL: FastifyContextConfig = {};

/** Methods that some route may know. */
const KNOWN_METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Answers 405 with `Allow` wherever a route exists for other methods. Call it when all routes are known. Each has a route of
 * its own for each known method: without one another pattern would fit, `/v1/things/{id}` where `/v1/things/current` is meant.
 */
export function refuseOtherMethods(app: NestFastifyApplication, routes: Routes): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const [url, allowed] of routes) {
    const refused = KNOWN_METHODS.filter((method) => !allowed.has(method));
    const allow = allowIn(allowed);
    if (refused.length === 0) continue;
    fastify.route({
      method: refused,
      url,
      config: REFUSAL,
      handler: () => {
        throw notAllowed(allow);
      },
    });
  }
}

/**
 * The same for methods that no route knows, of WebDAV and the like: two dozen routes for each pattern would be most of the
 * time that a process takes to start.
 * @returns what throws for a request that no route is found for
 */
export function refusalOfUnusual(routes: Routes): (request: FastifyRequest) => void {
  const patterns = findMyWay({ maxParamLength: MAX_PARAM_LENGTH });
  let known = 0;
  return ({ method, url }) => {
    if (method === 'HEAD' || KNOWN_METHODS.some((one) => one === method)) return;
    // Routes come while the process starts.
    for (const [pattern, allowed] of [...routes].slice(known)) patterns.on('GET', pattern, nothing, allowed);
    known = routes.size;
    const found = patterns.find('GET', url.split('?', 1)[0]!);
    if (found) throw notAllowed(allowIn(found.store as Set<string>));
  };
}

function allowIn(allowed: ReadonlySet<string>): string {
  return [...allowed].sort().join(', ');
}

function notAllowed(allow: string): Problem {
  return new Problem('method-not-allowed', `Use ${allow}.`, {}, { allow });
}

function nothing(): void {
  // A pattern is looked up, and no request is handed on.
}

/** @returns the methods of each route, filled as routes are added to that adapter. */
export function collectRoutes(fastify: FastifyInstance): Routes {
  const routes = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method, config }) => {
    if (url.includes('*') || config === REFUSAL) return;
    const known = routes.get(url) ?? new Set();
    routes.set(url, known);
    [method].flat().forEach((item) => known.add(item));
  });
  return routes;
}
