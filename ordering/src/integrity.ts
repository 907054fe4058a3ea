import { Injectable } from '@nestjs/common';
import type { IntegrityQuery, IntegrityRow } from '@turnpike/protocol';
import type { OrderStatus } from '@turnpike/contracts';
import { Database } from '@turnpike/service';
import { RELATION_OF, TRANSITIONS } from './orders/order.js';

interface OrderRow {
  id: string;
  userId: string;
  status: OrderStatus;
}

/** What refers to a user, for comparison with identity's users. */
@Injectable()
export class Integrity {
  constructor(private readonly database: Database) {}

  /** A customer's key is the user's: nobody else knows ordering's own. */
  customers({ after, limit, userId }: IntegrityQuery): Promise<IntegrityRow[]> {
    return this.database.query<IntegrityRow>(
      `select user_id as id, 'ordering.customers' as relation, user_id as "userId", state = 'active' as live, name
       from customers
       where state <> 'purged' and ($1::uuid is null or user_id > $1) and ($2::uuid is null or user_id = $2)
       order by user_id limit $3`,
      [after, userId, limit],
    );
  }

  /** An order that was changed after an erasure, because its user came back in between, tells of one again. */
  async orders({ after, limit, userId }: IntegrityQuery): Promise<IntegrityRow[]> {
    const rows = await this.database.query<OrderRow>(
      `select id, user_id as "userId", status
       from orders
       where (erased_at is null or updated_at > erased_at)
         and ($1::uuid is null or id > $1) and ($2::uuid is null or user_id = $2)
       order by id limit $3`,
      [after, userId, limit],
    );
    return rows.map(integrityRow);
  }
}

/** In force is what a deletion would cancel. */
function integrityRow({ id, userId, status }: OrderRow): IntegrityRow {
  const cancellable: readonly OrderStatus[] = TRANSITIONS.cancel.from;
  return { id, relation: RELATION_OF[status], userId, live: cancellable.includes(status) };
}
