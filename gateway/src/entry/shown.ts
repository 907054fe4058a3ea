import { type AuditEntry, isSystemKind, type OperationView, tellsOfAnEnd } from '@turnpike/contracts';
import type { Asker } from './authorise.js';
import { hidden } from './hidden.js';

/*
 * What of other people's data is shown to a caller whom a role alone has let in: what people have written is hidden
 * wherever it stands, and shown by a reveal, which needs a reason.
 */

/** @returns the operation as that caller may see it; what the system wrote itself names users by their ids alone */
export function shownTo({ userId }: Asker, view: OperationView): OperationView {
  const isOwn = view.userId === userId || view.actorId === userId;
  return !isOwn && view.result && !isSystemKind(view.kind) ? { ...view, result: hidden(view.result) } : view;
}

/** @returns the entry of the trail as that caller may see it: names and addresses are the actor's and the user's */
export function entryShownTo({ userId }: Asker, entry: AuditEntry): AuditEntry {
  const isOwn = entry.userId === userId || entry.actorId === userId;
  if (isOwn || !tellsOfAnEnd(entry.action)) return entry;
  const { before, after } = entry;
  return { ...entry, before: before && hidden(before), after: after && hidden(after) };
}
