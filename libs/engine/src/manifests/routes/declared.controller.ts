import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { invalidRequest, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeclaredReads, DeclaredWrites } from '../../http/declared-routes.js';
import { AllowsByRequest } from '../../request/route-actions.js';
import { DECLARED_PATH, type DeclaredRoute, type Match, matchOf } from './route-table.js';

/** Answers the routes that services declare. Which of them it was the table of routes has found out. */
@ApiExcludeController()
@Controller(DECLARED_PATH.slice(1))
export class DeclaredController {
  constructor(
    private readonly writes: DeclaredWrites,
    private readonly reads: DeclaredReads,
  ) {}

  @All('*')
  @AllowsByRequest((request) => [routeOf(request).route.action])
  async answer(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { route, params } = routeOf(request);
    if ('read' in route) {
      void reply.status(200);
      return this.reads.read(route, params, request, reply);
    }
    void reply.status(202);
    const body = await bodyOf(route, request.body);
    return this.writes.submit(route.operation, { params, body }, request, reply);
  }
}

/** @throws Problem 405 where the path is known, and not that method; 404 of an address that nobody was sent to */
function routeOf(request: FastifyRequest): Match & { route: DeclaredRoute } {
  const match = matchOf(request.raw);
  if (!match) throw new Problem('not-found');
  const { route, allow } = match;
  if (!route)
    throw new Problem('method-not-allowed', `Use ${allow.join(', ')}.`, {}, { allow: allow.join(', ') });
  return { ...match, route };
}

/** @throws Problem 400 of a body that is not as the operation has it, or that stands where none is */
async function bodyOf(
  { body }: Extract<DeclaredRoute, { operation: unknown }>,
  sent: unknown,
): Promise<object | undefined> {
  if (body) return body.validate(sent ?? {});
  const paths = Object.keys(sent ?? {});
  if (paths.length === 0) return undefined;
  throw invalidRequest(paths.map((path) => ({ path, message: `property ${path} should not exist` })));
}
