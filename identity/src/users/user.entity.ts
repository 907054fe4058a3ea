import type { Claims, UserView } from '@turnpike/contracts';
import type { Role, UserState } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

/**
 * A purged row is a stub, without address and credential; `lockUser` and `userView` keep it from whoever reads those.
 */
@Entity('users')
export class User {
  /** Chosen by the gateway when the registration was accepted. */
  @PrimaryColumn('uuid')
  id: string;

  /** The present address, in its normal form; that nobody else has it is held by `email_addresses`. */
  @Column('text')
  email: string;

  @Column('text', { name: 'first_name' })
  firstName: string;

  @Column('text', { name: 'last_name' })
  lastName: string;

  @Column('text', { array: true })
  roles: Role[];

  @Column('jsonb', { default: {} })
  claims: Claims;

  @Column('uuid', { name: 'credential_id' })
  credentialId: string;

  @Column('text', { default: 'active' })
  state: UserState | 'purged';

  /** Grows with every change and never returns to an earlier value, not even by an undo. */
  @VersionColumn()
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt: Date | null;
}

/** @throws Problem `user-deleted` for a purged one, of whom there is nothing to see */
export function userView(user: User): UserView {
  const { id, email, firstName, lastName, roles, claims, state, version, deletedAt } = user;
  if (state === 'purged') throw new Problem('user-deleted');
  return {
    id,
    email,
    firstName,
    lastName,
    roles,
    claims,
    state,
    version,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
    ...(deletedAt && { deletedAt: deletedAt.toISOString() }),
  };
}
