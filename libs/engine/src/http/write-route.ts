import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  HttpCode,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiResponse } from '@nestjs/swagger';
import { OperationView, type ProblemCode } from '@turnpike/protocol';
import { ApiProblems, invalidRequest } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { isAnonymous, type OperationDefinition, successStatusOf } from '../definitions/operation.js';
import { Allows } from '../request/route-actions.js';

export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';

const header = (description: string, required: boolean) => ({
  description,
  required,
  schema: { type: 'string' },
});

/** What clients may send with every write. */
export const WRITE_HEADERS = [
  { name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' },
  { name: 'Prefer', required: false, description: '`wait=N`: answer with the outcome, in N ≤ 30 s' },
  { name: 'If-Match', required: false, description: 'ETag of the resource, checked at its turn' },
];

/** What clients may send with every read, beside {@link IF_NONE_MATCH}. */
export const READ_HEADERS = [
  {
    name: 'Read-After',
    required: false,
    description: 'Id of a write, or `latest`: the answer waits until that write has ended; else it is 409',
  },
  { name: 'Prefer', required: false, description: '`wait=N`: how many seconds, 5 if left out' },
];

export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'ETags that need no answer: 304',
};

export const ETAG = { ETag: header('The version, for `If-Match` and `If-None-Match`', true) };
export const ACCEPTED = 'The write is durable and waits for its turn.';
export const OUTCOME = 'With `Prefer: wait`: the outcome that a synchronous interface would give.';

export const LOCATION = { Location: header('Where to read what it became', true) };
const TOKEN = {
  'Operation-Token': header('Lets whoever sends it back read the operation, for 15 minutes', true),
};
export const WAITED = {
  'Preference-Applied': header('`wait=N`', true),
  'Operation-Id': header('The operation that did it', true),
};

/** What becomes known of any write at its turn, beside what its kind can be refused for. */
export const LATE_PROBLEMS: ProblemCode[] = ['not-found', 'version-conflict', 'deadline-exceeded'];
export const ADMISSION_PROBLEMS: ProblemCode[] = [
  'user-deleting',
  'user-deleted',
  'idempotency-key-reused',
  'lane-full',
];

/** A route that accepts a write of that kind: who may, 202, the outcome, and the headers that every write understands. */
export function AcceptsWrite(definition: OperationDefinition): MethodDecorator {
  const { creates, refuses = [] } = definition;
  const result = definition.result as Type | null | undefined;
  const status = successStatusOf(definition);
  return applyDecorators(
    Allows(definition),
    HttpCode(202),
    ...WRITE_HEADERS.map((header) => ApiHeader(header)),
    ApiAcceptedResponse({
      type: OperationView,
      description: ACCEPTED,
      headers: { ...LOCATION, ...(isAnonymous(definition) && TOKEN) },
    }),
    ApiResponse({
      status,
      ...(result && { type: result }),
      description: OUTCOME,
      headers: { ...WAITED, ...(creates && LOCATION), ...(result && ETAG) },
    }),
    ApiProblems(...ADMISSION_PROBLEMS, ...LATE_PROBLEMS, ...(refuses as ProblemCode[])),
  );
}

/** A route that reads: it may be told to come after a write. */
export function AcceptsReadAfter(): MethodDecorator {
  return applyDecorators(
    ...READ_HEADERS.map((header) => ApiHeader(header)),
    ApiProblems('operation-pending', 'not-found'),
  );
}

/** A route that answers with one resource and its ETag. */
export function AcceptsIfNoneMatch(resource: Type): MethodDecorator {
  return applyDecorators(
    ApiHeader(IF_NONE_MATCH),
    ApiOkResponse({ type: resource, description: 'The resource.', headers: ETAG }),
    ApiResponse({ status: 304, description: 'The client has it already.', headers: ETAG }),
    ApiProblems('user-deleted'),
  );
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
