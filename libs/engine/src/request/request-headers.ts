import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { HEADERS } from '@turnpike/protocol';
import { invalidRequest, Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';

/** The longest that an answer is held back, in seconds. */
const MAX_WAIT_SECONDS = 30;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const idParameter = createParamDecorator((name: string, context: ExecutionContext): string => {
  const { params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: Record<string, string> }>>();
  const id = params[name]?.toLowerCase() ?? '';
  if (!UUID.test(id)) throw new Problem('not-found');
  return id;
});

/** An id in the path. What has not the form of one cannot exist: 404. */
export function Id(name: string): ParameterDecorator {
  return (target, key, index) => {
    idParameter(name)(target, key, index);
    // The description learns of parameters from Nest's own decorators alone.
    ApiParam({ name, type: String, format: 'uuid' })(
      target,
      key!,
      Object.getOwnPropertyDescriptor(target, key!)!,
    );
  };
}

/** @returns whether that is a UUID, in lower case */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** @returns the seconds of `Prefer: wait=N`, at most 30; null where it is absent or unreadable (RFC 7240) */
export function preferredWait({ headers }: FastifyRequest): number | null {
  const prefer = [headers[HEADERS.prefer] ?? []].flat().join(',');
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d+)"?\s*(?:[,;]|$)/i.exec(prefer);
  return match ? Math.min(Number(match[1]), MAX_WAIT_SECONDS) : null;
}

/** @returns the client's key, or null. @throws Problem 400 unless it is 1 to 255 visible ASCII characters */
export function idempotencyKey({ headers }: FastifyRequest): string | null {
  const key = headers[HEADERS.idempotencyKey];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidRequest([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
  }
  return key;
}

/** @returns `If-Match` as it was sent, or null */
export function ifMatchOf({ headers }: FastifyRequest): string | null {
  const value = headers[HEADERS.ifMatch];
  if (value === undefined) return null;
  if (
    !/^(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)$/.test(value) ||
    value.length > 500
  ) {
    throw invalidRequest([{ path: 'If-Match', message: 'must be * or a list of ETags' }]);
  }
  return value;
}
