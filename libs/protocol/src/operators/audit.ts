import { IsIn, IsUUID } from 'class-validator';
import { VOCABULARY } from '../vocabulary.js';
import { PageQuery } from '../wire/pages.js';
import { Optional } from '../wire/validation.js';
import { ACTS, INTERVENTIONS, NOTICES, ROUTINE_READS, WEBHOOK_ACTIONS } from './actions.js';

const OF_THE_ENGINE: readonly string[] = [
  ...INTERVENTIONS,
  ...ACTS,
  ...ROUTINE_READS,
  ...WEBHOOK_ACTIONS,
  ...NOTICES,
];

/**
 * What is neither an act nor a read is the end of a write, also of a kind that has left the installation since.
 * @returns whether an entry tells of the end of a write: names and addresses are then before and after
 */
export function tellsOfAnEnd(action: string): boolean {
  return !OF_THE_ENGINE.includes(action) && !VOCABULARY.reads.includes(action);
}

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
  @IsIn(VOCABULARY.auditActions)
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
