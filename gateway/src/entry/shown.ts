import { type AuditEntry, tellsOfAnEnd } from '@turnpike/contracts';
import type { Caller } from './authorise.js';
import { hidden } from './hidden.js';

/**
 * An administrator sees the names and addresses before and after a change, and the trail tells of that. From operators
 * they are hidden, unless the change is their own: a reveal shows them, which needs its role and a reason.
 * @returns the entry of the trail as that caller may see it
 */
export function entryShownTo({ userId, roles }: Caller, entry: AuditEntry): AuditEntry {
  const isOwn = entry.userId === userId || entry.actorId === userId;
  if (isOwn || roles.includes('admin') || !tellsOfAnEnd(entry.action)) return entry;
  const { before, after } = entry;
  return { ...entry, before: before && hidden(before), after: after && hidden(after) };
}
