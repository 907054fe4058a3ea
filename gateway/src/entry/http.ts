import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  HttpCode,
  UseGuards,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { OperationView } from '@turnpike/contracts';
import { invalidRequest } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';

export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';

const outcome: ApiResponseOptions = {
  description: 'With `Prefer: wait`: the outcome that a synchronous interface would give (200, 201 or 204).',
};

/** A route that accepts a write: 202, and the headers that every write understands. */
export function AcceptsWrite(): MethodDecorator {
  return applyDecorators(
    HttpCode(202),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`wait=N`: answer with the outcome, in N ≤ 30 s',
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'ETag of the resource, checked at its turn',
    }),
    ApiAcceptedResponse({ type: OperationView, description: 'The write is durable and waits for its turn.' }),
    ApiOkResponse(outcome),
  );
}

/** A route that reads: it may be told to come after a write. */
export function AcceptsReadAfter(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Read-After',
      required: false,
      description: 'Id of a write, or `latest`: the answer waits until that write has ended; else it is 409',
    }),
    ApiHeader({ name: 'Prefer', required: false, description: '`wait=N`: how many seconds, 5 if left out' }),
  );
}

/** A route whose answer has an ETag. */
export function AcceptsIfNoneMatch(): MethodDecorator {
  return ApiHeader({ name: 'If-None-Match', required: false, description: 'ETags that need no answer: 304' });
}

/** Whatever stands in the body of a route that has none is an unknown field. */
class NoBody implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    const paths = Object.keys(body ?? {});
    if (paths.length === 0) return true;
    throw invalidRequest(paths.map((path) => ({ path, message: `property ${path} should not exist` })));
  }
}

/** A route that has no body. */
export function TakesNoBody(): MethodDecorator {
  return UseGuards(NoBody);
}
