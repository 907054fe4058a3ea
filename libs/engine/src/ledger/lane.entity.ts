import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Admission, Execution } from './states.js';

/** One user's lane: whether it takes writes, whether it carries them out, and how far it has come. */
@Entity('lanes')
export class Lane {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @Column('text', { default: 'open' })
  admission: Admission;

  @Column('text', { default: 'running' })
  execution: Execution;

  /** The highest seq that was given. */
  @Column('integer', { name: 'last_seq', default: 0 })
  lastSeq: number;

  /** Every operation up to there has ended; the head is behind it, and need not be the next one. */
  @Column('integer', { name: 'ended_to', default: 0 })
  endedTo: number;

  /** How many operations have not ended. */
  @Column('integer', { default: 0 })
  depth: number;

  /** How many of the others did not succeed. */
  @Column('integer', { default: 0 })
  failed: number;

  @Column('integer', { default: 0 })
  cancelled: number;

  @Column('integer', { default: 0 })
  rejected: number;

  /** Why it is paused or halted. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('uuid', { name: 'paused_by', nullable: true })
  pausedBy: string | null;

  /** Since when it is paused or halted; its head's deadline waits for so long. */
  @Column('timestamptz', { name: 'paused_at', nullable: true })
  pausedAt: Date | null;

  /** Access tokens from before this instant (on identity's clock) are void: the user was deleted then. */
  @Column('timestamptz', { name: 'sessions_valid_from', nullable: true })
  sessionsValidFrom: Date | null;

  /** How often the user's access was ended: tokens of sessions that began before are void. */
  @Column('integer', { name: 'access_epoch', default: 0 })
  accessEpoch: number;

  /** The session that the last ending has spared: the one that asked for another password. */
  @Column('uuid', { name: 'access_spared', nullable: true })
  accessSpared: string | null;

  /** The epoch that identity was told. */
  @Column('integer', { name: 'access_told', default: 0 })
  accessTold: number;

  /** Since when nobody is let in as the user. */
  @Column('timestamptz', { name: 'suspended_at', nullable: true })
  suspendedAt: Date | null;

  @Column('uuid', { name: 'suspended_by', nullable: true })
  suspendedBy: string | null;

  @Column('text', { name: 'suspension_reason', nullable: true })
  suspensionReason: string | null;

  /** When the user's deletion was carried out; the purge follows a grace period later. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt: Date | null;

  /** When the newest write ended that decided whether the user is there; null where none ever did. */
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
