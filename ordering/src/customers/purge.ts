import { Injectable } from '@nestjs/common';
import type { Erasure } from '@turnpike/protocol';
import type { OrderStatus } from '@turnpike/contracts';
import { type Applied, erasing, forgetAnswers, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { lockCustomer } from './customers.js';
import { cancelOrders, lockCancellableOrders } from './deletion.js';
import type { CustomerPurged } from './deletion-answers.js';
import { RELATION_OF } from '../orders/order.js';
import { CUSTOMER_COLUMNS, ORDER_COLUMNS } from '../personal-columns.js';

/**
 * The end of a deleted customer: nothing personal is left in this database, the answers that Steps remembers included.
 * Orders stay as what was bought, when, and for how much; of the customer stays a row that leads to no name.
 *
 * It refuses nobody. Identity has purged the user before, for good, so a refusal could only leave the data here; a
 * deletion that ordering has lost, by a restored backup or an end by hand, is made up for.
 */
@Injectable()
export class Purge {
  async purge(tx: EntityManager, call: StepCall): Promise<Applied> {
    const { erasures } = await endCustomer(tx, call);
    const body: CustomerPurged = { erasures };
    return { body, tombstone: 'set' };
  }
}

/** Cancels what is open and erases everything. @returns the orders that it cancelled, and what was done to what */
export async function endCustomer(
  tx: EntityManager,
  call: StepCall,
): Promise<{ cancelled: string[]; erasures: Erasure[] }> {
  await lockCustomer(tx, call.userId);
  const cancelled = await cancelOrders(tx, call, await lockCancellableOrders(tx, call.userId));
  return { cancelled, erasures: await eraseAll(tx, call) };
}

/** @returns what was done to which relation, by their declared names, and to what Steps remembers. */
async function eraseAll(tx: EntityManager, call: StepCall): Promise<Erasure[]> {
  const customers = await makeStub(tx, call);
  const orders = await eraseOrders(tx, call);
  const forgotten = await forgetAnswers(tx, call);
  return [
    { relation: 'ordering.customers', erased: customers, retained: 'ids and dates' },
    ...[...new Set(Object.values(RELATION_OF))].map((relation) => ({
      relation,
      erased: orders.get(relation) ?? 0,
      retained: 'skus, quantities, prices, totals, status and dates',
    })),
    { relation: 'ordering.inbox', erased: forgotten, retained: '' },
  ];
}

/** @returns how many customers there were with anything to erase: one or none */
async function makeStub(tx: EntityManager, { userId, key }: StepCall): Promise<number> {
  const [, erased] = await tx.query<[unknown[], number]>(
    `update customers
     set state = 'purged', ${erasing(CUSTOMER_COLUMNS)}, erased_at = now(),
       deleted_at = coalesce(deleted_at, now()), deleted_by = coalesce(deleted_by, $2), version = version + 1
     where user_id = $1 and state <> 'purged'`,
    [userId, key],
  );
  return erased;
}

/**
 * Leaves the time of the last change, which is a fact of the order's. An order that was changed after an erasure,
 * because its user came back in between, is erased again.
 * @returns how many orders of which relation
 */
async function eraseOrders(tx: EntityManager, { userId }: StepCall): Promise<Map<string, number>> {
  const rows = await tx.query<{ status: OrderStatus; erased: number }[]>(
    `with erased as (
       update orders
       set ${erasing(ORDER_COLUMNS)}, erased_at = now(), version = version + 1
       where user_id = $1 and (erased_at is null or updated_at > erased_at)
       returning status
     )
     select status, count(*)::integer as erased from erased group by status`,
    [userId],
  );
  const counts = new Map<string, number>();
  for (const { status, erased } of rows) {
    const relation = RELATION_OF[status];
    counts.set(relation, (counts.get(relation) ?? 0) + erased);
  }
  return counts;
}
