import type { FastifyRequest } from 'fastify';
import { HEADERS, type ProblemCode } from '@turnpike/protocol';
import { type SecurityEvent, securityEvent } from '../process/security-log.js';

/*
 * What the security log is told of requests that are refused. It is asked where all problems are answered, so that no
 * route, guard or hook can refuse without it.
 */

/** As much of a problem as the security log is told of. */
export interface Refusal {
  code: ProblemCode;
  body: { status: number };
  headers: Readonly<Record<string, string>>;
  refusedAction?: string | undefined;
}

const EVENTS: Partial<Record<ProblemCode, SecurityEvent>> = {
  'rate-limited': 'excess_rate_limit_exceeded',
  'lane-full': 'excess_rate_limit_exceeded',
  'invalid-request': 'input_validation_fail',
  'invalid-json': 'input_validation_fail',
  'payload-too-large': 'input_validation_fail',
  'headers-too-large': 'input_validation_fail',
};

/** Tells the security log of a refusal that an attack may be made of. */
export function reportRefusal(problem: Refusal, request: FastifyRequest): void {
  const { code, body } = problem;
  const event = isRefusedAccess(problem, request) ? 'authz_fail' : EVENTS[code];
  if (!event) return;
  const { errors } = body as { errors?: unknown[] };
  securityEvent(event, { code, action: problem.refusedAction, count: errors?.length }, request);
}

/** A wrong password is told of where it is checked, with the account that it was tried at. */
function isRefusedAccess({ code, body, headers, refusedAction }: Refusal, request: FastifyRequest): boolean {
  // The gateway tells of what it is told here, and knows where it comes from.
  if (headers[HEADERS.refusedCredential] !== undefined) return false;
  if (code === 'unauthenticated') return sendsCredential(request);
  return refusedAction !== undefined || body.status === 403;
}

/** A request without any is nobody's attempt, but somebody who has not signed in yet. */
function sendsCredential({ headers, body }: FastifyRequest): boolean {
  const sent = [headers.authorization, headers.cookie, headers[HEADERS.operationToken]];
  return sent.some((value) => value !== undefined) || isRefresh(body);
}

function isRefresh(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'refreshToken' in body;
}
