import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { OperationView } from '@turnpike/contracts';

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
