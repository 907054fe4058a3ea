import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The gateway's own index of orders: whose lane an order's writes go to, known while ordering is away. */
@Entity('order_lanes')
export class OrderLane {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;
}
