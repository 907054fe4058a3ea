import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { HEADERS } from '@turnpike/protocol';
import { ApiProblems, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClientKey, Made } from '../ledger/statements/idempotency-keys.js';
import type { Caller } from '../request/authorise.js';
import { type Fingerprints, scopeOf } from '../request/fingerprints.js';
import { idempotencyKey } from '../request/request-headers.js';

/** A route that is no write, and whose answer may be lost: under a key it makes something once. */
export function MakesOnce(): MethodDecorator {
  return applyDecorators(
    ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' }),
    ApiProblems('idempotency-key-reused'),
  );
}

/** @returns the key of a caller's request as the ledger keeps it, or null where it has none */
export function keyOfCaller(
  caller: Caller,
  request: FastifyRequest,
  fingerprints: Fingerprints,
): ClientKey | null {
  const key = idempotencyKey(request);
  return key === null ? null : fingerprints.clientKeyOf(key, scopeOf(caller), request);
}

/**
 * @returns what a request has made, and says on the answer whether that was before
 * @throws Problem 422 where its key stands for another request, 404 where there is nothing
 */
export function madeOnce<Thing>(made: Made<Thing>, reply: FastifyReply): Thing {
  if (made.outcome === 'key-reused') throw new Problem('idempotency-key-reused');
  if (made.thing === null) throw new Problem('not-found');
  if (made.outcome === 'replayed') void reply.header(HEADERS.idempotencyReplayed, 'true');
  return made.thing;
}
