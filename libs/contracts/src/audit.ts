import { IsIn, IsUUID } from 'class-validator';
import { OPERATION_KINDS } from './kinds.js';
import { PageQuery } from './pages.js';
import { Optional } from './validation.js';
import { WEBHOOK_ACTIONS } from './webhooks.js';

/** What an operator does to a user, to a lane or to a write in it. */
export const INTERVENTIONS = [
  'lane.pause',
  'lane.resume',
  'lane.release',
  'operation.retry',
  'operation.cancel',
  'operation.reveal',
  'user.suspend',
  'user.reinstate',
  'user.grant-admin',
] as const;
export type InterventionAction = (typeof INTERVENTIONS)[number];

/** What the system notices by itself: a database that was put back as it was before. */
export const NOTICES = ['service.went-back', 'ledger.went-back'] as const;
export type NoticeAction = (typeof NOTICES)[number];

/** How the trail tells that a write has ended without success: `order.pay failed`. */
const UNSUCCESSFUL = ['failed', 'cancelled', 'rejected'];

/** Everything that the trail tells of: interventions, webhooks, notices, and the end of every write by its kind. */
export const AUDIT_ACTIONS: readonly string[] = [
  ...INTERVENTIONS,
  ...WEBHOOK_ACTIONS,
  ...NOTICES,
  ...OPERATION_KINDS.flatMap((kind) => [kind, ...UNSUCCESSFUL.map((end) => `${kind} ${end}`)]),
];

export class AuditQuery extends PageQuery {
  /** To whom it was done. */
  @Optional()
  @IsUUID()
  userId?: string;

  /** Who did it. */
  @Optional()
  @IsUUID()
  actorId?: string;

  @Optional()
  @IsIn(AUDIT_ACTIONS)
  action?: string;
}

/** Who did what to whom, when, and by which operation. */
export class AuditEntry {
  /** Grows with the trail. */
  id: string;
  at: string;
  /** Null for what the system does by itself, an anonymous registration, and `npm run ledger`. */
  actorId: string | null;
  action: string;
  /** Null for what is done to no user. */
  userId: string | null;
  operationId: string | null;
  reason: string | null;
  /** Names and addresses, settings, or how a halted write stood; null where it is not about them, and after the purge. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
