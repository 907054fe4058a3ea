import { Injectable } from '@nestjs/common';
import {
  type ChangeOrderStep,
  type OrderLine,
  type OrdersQuery,
  type OrderView,
  type PlaceOrderStep,
  totalOf,
} from '@turnpike/contracts';
import { decodeCursor, encodeCursor, type Page } from '@turnpike/protocol';
import {
  type Applied,
  assertMatches,
  Database,
  invalidRequest,
  pageOf,
  Problem,
  type StepCall,
} from '@turnpike/service';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { lockActiveCustomer } from '../customers/customers.js';
import { recordChanges } from './order-changes.js';
import { Order, orderView } from './order.entity.js';
import { deliveryFor, type OrderAction, transition } from './order.js';
import { writeRow } from '../write-row.js';

/** What a step does to an order. */
export interface Advance {
  orderId: string;
  /** The version that the client has named, if it has. */
  ifMatch: string | undefined;
  action: OrderAction;
  /** What it writes beside the status. */
  columns?: Partial<Order>;
}

/** Orders. Everything that takes `tx` runs in the transaction of a step. */
@Injectable()
export class Orders {
  constructor(private readonly database: Database) {}

  /** Needs an active customer, who cannot vanish before the order is there: this is the foreign key's lock. */
  async place(tx: EntityManager, call: StepCall, step: PlaceOrderStep): Promise<Applied> {
    const customer = await lockActiveCustomer(tx, call.userId);
    const order = tx.create(Order, {
      id: step.orderId,
      userId: call.userId,
      status: 'placed',
      ...linesAndTotal(step.lines),
      delivery: deliveryFor(customer, step.deliveryAddress),
      reference: step.reference ?? null,
      paymentReference: null,
      trackingNumber: null,
      cancelReason: null,
      cancelledBy: null,
      seq: call.fence.seq,
    });
    await tx.insert(Order, order);
    await recordChanges(tx, call, [order.id]);
    return { body: orderView(order) };
  }

  async change(
    tx: EntityManager,
    call: StepCall,
    { orderId, lines, deliveryAddress }: ChangeOrderStep,
    ifMatch?: string,
  ): Promise<Applied> {
    const customer = deliveryAddress && (await lockActiveCustomer(tx, call.userId));
    const columns = {
      ...(lines && linesAndTotal(lines)),
      ...(customer && { delivery: deliveryFor(customer, deliveryAddress) }),
    };
    return this.advance(tx, call, { orderId, ifMatch, action: 'change', columns });
  }

  /** Takes an order through one transition. @throws Problem as {@link lockOrder} and {@link transition} say */
  async advance(
    tx: EntityManager,
    call: StepCall,
    { orderId, ifMatch, action, columns = {} }: Advance,
  ): Promise<Applied> {
    const order = await lockOrder(tx, call.userId, orderId, ifMatch);
    await writeRow(tx, order, { ...columns, status: transition(order.status, action) });
    await recordChanges(tx, call, [order.id]);
    return { body: orderView(order) };
  }

  /** @throws Problem `not-found` */
  async find(id: string): Promise<OrderView> {
    const order = await this.database.manager.findOneBy(Order, { id });
    if (!order) throw noOrder();
    return orderView(order);
  }

  /** Newest first. */
  list({ userId, status, ...page }: OrdersQuery): Promise<Page<OrderView>> {
    const query = this.database.manager
      .createQueryBuilder(Order, 'o')
      .orderBy('o.createdAt', 'DESC')
      .addOrderBy('o.id', 'DESC');
    if (userId) query.andWhere('o.userId = :userId', { userId });
    if (status) query.andWhere('o.status = :status', { status });
    return pageOf(page, {
      read: (cursor, count) => {
        const next = query.clone().limit(count);
        return (cursor === undefined ? next : next.andWhere(FOLLOWS, positionIn(cursor))).getMany();
      },
      open: (orders) => orders.map(orderView),
      cursorOf: cursorAfter,
    });
  }
}

/**
 * Reads the order that a step is about and holds its row to the end of the step, for the reason given at
 * lockCustomer.
 * @throws Problem `not-found`, also for an order that is another user's; `version-conflict`
 */
async function lockOrder(
  tx: EntityManager,
  userId: string,
  id: string,
  ifMatch: string | undefined,
): Promise<Order> {
  const order = await tx.findOne(Order, { where: { id, userId }, lock: { mode: 'pessimistic_write' } });
  if (!order) throw noOrder();
  assertMatches(ifMatch, order.version);
  return order;
}

export function noOrder(): Problem {
  return new Problem('not-found', 'There is no such order.');
}

function linesAndTotal(lines: OrderLine[]): Pick<Order, 'lines' | 'totalAmount' | 'currency'> {
  const { amount, currency } = totalOf(lines);
  return { lines, totalAmount: amount, currency };
}

/** A time as toISOString writes it, in the years that PostgreSQL knows too. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The condition that an order comes after that position. */
const FOLLOWS = '(o.createdAt, o.id) < (:createdAt, :id)';

function cursorAfter({ createdAt, id }: Order): string {
  return encodeCursor([createdAt.toISOString(), id]);
}

/** @throws Problem 400 for what is not a cursor of this list. */
function positionIn(cursor: string): { createdAt: Date; id: string } {
  const [at, id] = decodeCursor(cursor, 2) ?? [];
  if (!at || !id || !TIME.test(at) || !isUUID(id) || Number.isNaN(Date.parse(at))) {
    throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return { createdAt: new Date(at), id };
}
