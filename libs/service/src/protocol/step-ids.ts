import { HEADERS, STEPS_PATH } from '@turnpike/protocol';
import type { FastifyRequest } from 'fastify';
import { readDeclaredKey } from './declared-steps.js';
import { parseFence } from './fence.js';

/** What a log line says of the step that a request is about. */
export interface StepIds {
  operationId?: string;
  step?: string;
  /** The claim of the operation under which it was sent: 1 is the first attempt. */
  attempt?: number;
}

/**
 * @returns the ids of a step, an undo or a settling, for a log line; nothing of any other request. The route tells which
 *   of the three it is. Only ids and names that were recognised: what a header holds otherwise may be anything.
 */
export function stepIdsOf({ url, headers, body }: FastifyRequest): StepIds {
  if (!url.startsWith(STEPS_PATH)) return {};
  const { key = headers[HEADERS.idempotencyKey], fence = headers[HEADERS.laneFence] } = settled(body);
  const read = typeof key === 'string' ? readDeclaredKey(key) : null;
  if (!read) return {};
  const { operationId, step } = read;
  return { operationId, step, attempt: parseFence(String(fence))?.epoch };
}

/** The body of a settling names the key and the fence; that of a step may have any members but these. */
function settled(body: unknown): { key?: unknown; fence?: unknown } {
  return typeof body === 'object' && body !== null ? body : {};
}
