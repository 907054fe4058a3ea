import { securityEvent } from '@turnpike/service';
import type { OperationDefinition } from '../definitions/operation.js';
import type { EndOutcome } from '../definitions/outcome.js';
import type { ClaimedRow } from '../ledger/statements/claim.js';

/** Tells of the end of a write, once: call it where the ledger has written the end down. */
export function tellEnd({ tells }: OperationDefinition, claimed: ClaimedRow, end: EndOutcome['type']): void {
  const event = end === 'succeeded' ? tells?.success : tells?.failure;
  if (!event) return;
  const { id: operationId, kind, user_id: userId, actor_id: actorId } = claimed;
  const requestId = claimed.request_id ?? undefined;
  securityEvent(event, { operationId, kind, userId, actorId, requestId });
}
