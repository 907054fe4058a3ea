import { METHODS } from 'node:http';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Problem } from '../problems/problem.js';

/** Every method that Node reads, but HEAD, which comes with GET, and CONNECT, which never becomes a request. */
export const ANSWERED_METHODS = METHODS.filter(
  (method) => method !== 'HEAD' && method !== 'CONNECT',
) as HTTPMethods[];

/** Answers 405 with `Allow` wherever a route exists for other methods. Call it when all routes are known. */
export function refuseOtherMethods(
  app: NestFastifyApplication,
  routes: ReadonlyMap<string, Set<string>>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const [url, allowed] of routes) {
    const refused = ANSWERED_METHODS.filter((method) => !allowed.has(method));
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
