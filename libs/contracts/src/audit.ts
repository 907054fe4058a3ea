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

/** What an operator does beside that, and what becomes of it is told elsewhere. */
export const ACTS = [
  'user.end-sessions',
  'bulk.begin',
  'bulk.abort',
  'integrity.run',
  'integrity.repair',
  'audit.reveal',
] as const;
export type ActAction = (typeof ACTS)[number];

/** What somebody was let in to read by a role alone: the data of others. */
export const READS = [
  'user.read',
  'user.list',
  'customer.read',
  'order.read',
  'order.list',
  'invoice.read',
  'operation.read',
  'lane.search',
  'audit.read',
] as const;
export type ReadAction = (typeof READS)[number];

/** What operators read all day to do their work; the trail lists it only for whoever asks for it. */
export const ROUTINE_READS = [
  'operation.read',
  'lane.search',
  'audit.read',
] as const satisfies readonly ReadAction[];

/** What the system notices by itself: a database that was put back as it was before. */
export const NOTICES = ['service.went-back', 'ledger.went-back'] as const;
export type NoticeAction = (typeof NOTICES)[number];

/** How the trail tells that a write has ended without success: `order.pay failed`. */
const UNSUCCESSFUL = ['failed', 'cancelled', 'rejected'];

/** @returns whether an entry tells of the end of a write: names and addresses are then before and after */
export function tellsOfAnEnd(action: string): boolean {
  return OPERATION_KINDS.some((kind) => kind === action.split(' ')[0]);
}

/** Everything that the trail tells of: acts, reads, webhooks, notices, and the end of every write by its kind. */
export const AUDIT_ACTIONS: readonly string[] = [
  ...INTERVENTIONS,
  ...ACTS,
  ...READS,
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

  /**
   * Whether entries of what was only read are listed, too: `true`, all of them; `false`, none; left out, those of users'
   * data. An `action` that is asked for is always listed.
   */
  @Optional()
  @IsIn(['true', 'false'])
  reads?: 'true' | 'false';
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
  /**
   * Names and addresses, settings, how a halted write stood, or what was asked for by which filters; null where it is
   * not about them, and after the purge. What people have written is hidden from whoever is neither the actor nor the user.
   */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
