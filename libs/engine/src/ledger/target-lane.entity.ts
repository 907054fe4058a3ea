import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The ledger's own index of resources: whose lane the writes of each go to, known while its service is away. */
@Entity('target_lanes')
export class TargetLane {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  type: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;
}
