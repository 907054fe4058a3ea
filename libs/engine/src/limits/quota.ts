import type { ThrottlerStorage } from '@nestjs/throttler';
import { Problem, problemOf } from '@turnpike/service';
import type { FastifyReply } from 'fastify';

/** Requests per window. */
export interface Quota {
  /** As clients see it in the header fields; letters only. */
  name: string;
  limit: number;
}

/** Milliseconds of a window of requests. */
export const MINUTE_MS = 60_000;

/** draft-ietf-httpapi-ratelimit-headers-11: both are lists of structured fields, an item for each quota. */
const POLICY = 'ratelimit-policy';
const STATE = 'ratelimit';

/**
 * Takes one request from a quota, and says on the answer what is left of it. Where the count cannot be had the request
 * passes: what of it needs the database is answered with 503 soon enough.
 * @param who whose quota it is
 * @throws Problem `rate-limited` when there is nothing left
 */
export async function spend(
  { name, limit }: Quota,
  who: string,
  storage: ThrottlerStorage,
  reply: FastifyReply,
): Promise<void> {
  const record = await storage
    .increment(`${name} ${who}`, MINUTE_MS, limit, MINUTE_MS, name)
    .catch(uncounted);
  if (!record) return;
  const { totalHits, timeToExpire, isBlocked } = record;
  append(reply, POLICY, `"${name}";q=${limit};w=${MINUTE_MS / 1000}`);
  append(reply, STATE, `"${name}";r=${Math.max(0, limit - totalHits)};t=${timeToExpire}`);
  if (isBlocked) throw rateLimited(timeToExpire);
}

/** @param seconds until it is worth trying again */
export function rateLimited(seconds: number): Problem {
  return new Problem('rate-limited', undefined, {}, { 'retry-after': String(seconds) });
}

function uncounted(error: unknown): null {
  if (problemOf(error).code !== 'unavailable') throw error;
  return null;
}

function append(reply: FastifyReply, field: string, item: string): void {
  const items = reply.getHeader(field);
  void reply.header(field, items === undefined ? item : `${String(items)}, ${item}`);
}
