import type { FastifyRequest } from 'fastify';
import type { Logger as Pino } from 'pino';
import { Counter } from 'prom-client';
import { addressOf, requestIds, routeOf } from './request-context.js';

/*
 * The security log: what happens that an attack is made of, in the words of OWASP's logging vocabulary. This is the one
 * function that writes it, and SECURITY_EVENTS the whole of what there is; docs/security-log.md tells of each.
 *
 * A line has ids, codes and names that stand in the source, and pseudonyms where there is no id. It never has an e-mail
 * address, a password, a token, or anything else that a client has typed.
 */

export type Severity = 'INFO' | 'WARN' | 'CRITICAL';

/** Every event, and how much of an alarm it is by itself. */
export const SECURITY_EVENTS = {
  authn_login_success: 'INFO',
  authn_login_fail: 'WARN',
  authn_login_lock: 'WARN',
  authn_password_change: 'INFO',
  authn_password_change_fail: 'CRITICAL',
  authn_token_reuse: 'CRITICAL',
  authn_token_revoked: 'INFO',
  authz_admin: 'WARN',
  authz_change: 'WARN',
  authz_fail: 'CRITICAL',
  crypt_decrypt_fail: 'WARN',
  excess_rate_limit_exceeded: 'WARN',
  input_validation_fail: 'WARN',
  privilege_permissions_changed: 'WARN',
  sensitive_read: 'WARN',
  session_created: 'INFO',
  session_renewed: 'INFO',
  sys_shutdown: 'WARN',
  sys_startup: 'WARN',
  user_archived: 'WARN',
  user_created: 'WARN',
  user_deleted: 'WARN',
  user_updated: 'WARN',
} as const satisfies Record<string, Severity>;

export type SecurityEvent = keyof typeof SECURITY_EVENTS;

/** What a line may say of an event, beside the request that it belongs to. */
export interface SecurityDetails {
  /** Whose request it is where there is none, as of what a worker carries out. */
  requestId?: string;
  /** Whom it is about; left out, who is signed in. */
  userId?: string | null;
  sessionId?: string;
  /** A pseudonym of the account that was named, where nobody is known by it. */
  subject?: string;
  /** Who did it, where that is somebody else. */
  actorId?: string | null;
  operationId?: string;
  /** The kind of the operation. */
  kind?: string;
  /** The action by the table of authorisation, or of the audit trail. */
  action?: string;
  /** The code of the problem that it was answered with. */
  code?: string;
  roles?: readonly string[];
  /** How many people, entries or invalid members it is about. */
  count?: number;
  /** At the start: what is set about the process, nothing of it secret. */
  settings?: object;
}

const events = new Counter({
  name: 'turnpike_security_events_total',
  help: 'Lines of the security log, by event.',
  labelNames: ['event'] as const,
});
// From the start there is a zero to grow from: of a series that begins with 1 no increase is seen.
for (const event of Object.keys(SECURITY_EVENTS)) events.inc({ event }, 0);

let log: Pino | null = null;

/** Says where the lines go. They are written whatever LOG_LEVEL leaves out. */
export function writeSecurityLogTo(pino: Pino): void {
  log = pino.child({}, { level: 'info' });
}

/**
 * Tells of an event.
 * @param request whose it is; left out, the one that is being answered, if there is one
 */
export function securityEvent(
  event: SecurityEvent,
  details: SecurityDetails = {},
  request?: FastifyRequest,
): void {
  events.inc({ event });
  const severity = SECURITY_EVENTS[event];
  const told = { route: routeOf(request), ...requestIds(request), address: addressOf(request), ...details };
  log?.info({ event, severity, ...withoutNothing(told) });
}

/** A member that says nothing would only hide what the line says of its request. */
function withoutNothing(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
