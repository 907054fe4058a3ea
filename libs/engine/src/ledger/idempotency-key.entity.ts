import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which operation a client's key stands for. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  /** Whose key it is: two callers' equal keys are two keys. */
  @PrimaryColumn('text')
  scope: string;

  @PrimaryColumn('text')
  key: string;

  /** A keyed hash of the request: the same key with another request is refused. */
  @Column('text')
  fingerprint: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('uuid', { name: 'operation_id' })
  operationId: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
