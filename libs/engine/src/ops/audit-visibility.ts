import { type AuditEntry, tellsOfAnEnd } from '@turnpike/protocol';
import type { Caller } from '../request/authorise.js';
import { hidden } from '../support/redact-payload.js';

/**
 * An administrator sees the names and addresses before and after a change, and the trail tells of that. From operators
 * they are hidden, unless the entry is about themselves: whoever repeats a write of another becomes its actor, and has not
 * written what it holds. A reveal shows them, which needs its role and a reason.
 * @returns the entry of the trail as that caller may see it
 */
export function entryShownTo({ userId, roles }: Caller, entry: AuditEntry): AuditEntry {
  if (entry.userId === userId || roles.includes('admin') || !tellsOfAnEnd(entry.action)) return entry;
  const { before, after } = entry;
  return { ...entry, before: before && hidden(before), after: after && hidden(after) };
}
