import type { Claims, Role, UserState, UserView } from '@turnpike/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

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
  state: UserState;

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

export function userView(user: User): UserView {
  const { id, email, firstName, lastName, roles, claims, state, version, deletedAt } = user;
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
