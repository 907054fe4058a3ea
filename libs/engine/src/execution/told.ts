import type { OperationKind } from '@turnpike/contracts';
import { type SecurityEvent, securityEvent } from '@turnpike/service';
import type { ClaimedRow } from '../ledger/statements/claim.js';
import type { EndOutcome } from '../definitions/outcome.js';

/** What the security log is told when a write has been carried out. */
const EVENTS: Partial<Record<OperationKind, SecurityEvent>> = {
  'user.register': 'user_created',
  'user.update': 'user_updated',
  'user.restore': 'user_updated',
  'user.change-password': 'authn_password_change',
  'user.set-roles': 'privilege_permissions_changed',
  'user.set-claims': 'privilege_permissions_changed',
  'user.delete': 'user_archived',
  'user.purge': 'user_deleted',
};

/** Tells of the end of a write, once: call it where the ledger has written the end down. */
export function tellEnd(claimed: ClaimedRow, end: EndOutcome['type']): void {
  const event = end === 'succeeded' ? EVENTS[claimed.kind] : failureOf(claimed.kind);
  if (!event) return;
  const { id: operationId, kind, user_id: userId, actor_id: actorId } = claimed;
  const requestId = claimed.request_id ?? undefined;
  securityEvent(event, { operationId, kind, userId, actorId, requestId });
}

function failureOf(kind: OperationKind): SecurityEvent | undefined {
  return kind === 'user.change-password' ? 'authn_password_change_fail' : undefined;
}
