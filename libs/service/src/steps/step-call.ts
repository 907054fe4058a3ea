import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { BESIDE_THE_LANE, HEADERS } from '@turnpike/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { readDeclaredKey } from '../protocol/declared-steps.js';
import { parseFence } from '../protocol/fence.js';
import { RecordedAnswer, type StepCall } from './inbox.js';
import { Problem } from '../problems/problem.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The `Idempotency-Key`, `Lane-User`, `Lane-Fence` and `Lane-Order` of a step. @throws Problem 400 when one is missing. */
export const Call = createParamDecorator((_data: unknown, context: ExecutionContext): StepCall => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const key = headers[HEADERS.idempotencyKey];
  const userId = headers[HEADERS.laneUser];
  const fence = parseFence(String(headers[HEADERS.laneFence]));
  if (!isStepKey(key) || typeof userId !== 'string' || !UUID.test(userId) || !fence) {
    throw new Problem('invalid-request', 'A step needs Idempotency-Key, Lane-User and Lane-Fence.');
  }
  return { key, userId, fence, beside: isBesideTheLane(headers[HEADERS.laneOrder]) };
});

/** @param order the `Lane-Order` of a call; one without it, as of a gateway that does not know it, is the lane's */
export function isBesideTheLane(order: unknown): boolean {
  return order === BESIDE_THE_LANE;
}

function isStepKey(key: unknown): key is string {
  return typeof key === 'string' && readDeclaredKey(key) !== null;
}

/** The `If-Match` of a step, as the client of the gateway sent it. */
export const IfMatch = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    return headers[HEADERS.ifMatch];
  },
);

/** Sends a recorded answer with its own status, marked as final. */
@Injectable()
export class RecordedAnswers implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof RecordedAnswer)) return answer;
        void reply.status(answer.status).header(HEADERS.stepRecorded, 'true');
        if (answer.status >= 400) void reply.type('application/problem+json');
        return answer.body;
      }),
    );
  }
}
