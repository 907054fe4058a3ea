import type { Erasure, FollowUserStep } from '@turnpike/protocol';
import {
  assertMatches,
  erasing,
  Problem,
  type ReadRequest,
  type StepRequest,
  type StepResult,
} from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { forgetOrders, paidFor } from './paid-orders.js';
import { INVOICE_COLUMNS } from './personal-columns.js';
import type { Invoice, IssueInvoice, VoidInvoice } from './shapes.js';

/*
 * Invoices of paid orders. Everything that takes `tx` runs in the transaction of a step, and of one user one step runs at a
 * time.
 */

/** An invoice as it is shown. The total is made JSON by the database: its bigint alone would come as text. */
const SHOWN = `id, number, order_id as "orderId", user_id as "userId", state,
  json_build_object('amount', total_amount, 'currency', currency) as total,
  bill_to as "billTo", void_reason as "voidReason", version, issued_at as "issuedAt"`;

const OF_ORDER = `select ${SHOWN} from invoices where order_id = $1`;

type Row = Omit<Invoice, 'issuedAt'> & { issuedAt: Date };

/** What an invoice is made of. */
type NewInvoice = Pick<Invoice, 'id' | 'orderId' | 'total'> & IssueInvoice;

/** An order that is paid gets its invoice, whose id is that of the operation. */
export async function issue(request: StepRequest<IssueInvoice>): Promise<StepResult> {
  const { input, operation, tx, refuse } = request;
  const { target, id } = operation;
  const total = await paidFor(tx, target.id);
  if (!total) throw refuse('order-state-conflict', 'There is no invoice of an order that is not paid.');
  return insert(request, { id, orderId: target.id, total, billTo: input.billTo });
}

/** Makes an invoice, with the next number. */
export async function insert(
  { call, tx, refuse }: Pick<StepRequest, 'call' | 'tx' | 'refuse'>,
  { id, orderId, total, billTo }: NewInvoice,
): Promise<StepResult> {
  const number = await takeNumber(tx);
  const [invoice] = await tx.query<Row[]>(
    `insert into invoices (id, number, order_id, user_id, total_amount, currency, bill_to)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (order_id) do nothing returning ${SHOWN}`,
    [id, number, orderId, call.userId, total.amount, total.currency, billTo],
  );
  if (!invoice) throw refuse('order-state-conflict', 'The order has an invoice already.');
  return { body: viewOf(invoice) };
}

/** The invoice is void; its number stays taken. */
export async function voidInvoice(request: StepRequest<VoidInvoice>): Promise<StepResult> {
  const { input, operation, tx, ifMatch, refuse } = request;
  const orderId = operation.target.id;
  const { state, version } = theOne(await tx.query<Row[]>(OF_ORDER, [orderId]));
  assertMatches(ifMatch, version);
  if (state === 'void') throw refuse('order-state-conflict', 'The invoice is void already.');
  const [[voided]] = await tx.query<[[Row], number]>(
    `update invoices set state = 'void', void_reason = $2, version = version + 1 where order_id = $1
     returning ${SHOWN}`,
    [orderId, input.reason ?? null],
  );
  return { body: viewOf(voided) };
}

/** The user's invoices stay, with nothing that tells whose they were. */
export async function purge({ call, tx }: StepRequest<unknown>): Promise<StepResult> {
  const [, erased] = await tx.query<[unknown, number]>(
    `update invoices set ${erasing(INVOICE_COLUMNS)}, erased_at = now(), version = version + 1
     where user_id = $1 and erased_at is null`,
    [call.userId],
  );
  const forgotten = await forgetOrders(tx, call.userId);
  const erasures: Erasure[] = [
    { relation: 'billing.invoices', erased, retained: 'number, total, state and date' },
    { relation: 'billing.paid_orders', erased: forgotten, retained: '' },
  ];
  return { body: { erasures } };
}

/** Invoices stay as they are, whether the user is there or deleted; of one who is absent they lose the name. */
export async function follow(request: StepRequest<FollowUserStep>): Promise<StepResult> {
  return request.input.state === 'absent' ? purge(request) : {};
}

/** @throws Problem `not-found` */
export async function find({ params, database }: ReadRequest<{ id: string }>): Promise<Invoice> {
  return theOne(await database.query<Row>(OF_ORDER, [params.id]));
}

function theOne([invoice]: readonly Row[]): Invoice {
  if (!invoice) throw new Problem('not-found', 'The order has no invoice.');
  return viewOf(invoice);
}

function viewOf({ issuedAt, ...invoice }: Row): Invoice {
  return { ...invoice, issuedAt: issuedAt.toISOString() };
}

/** Invoices are numbered without gaps, which no sequence does: the row is held until the invoice is written. */
async function takeNumber(tx: EntityManager): Promise<number> {
  const [rows] = await tx.query<[{ last: number }[], number]>(
    'update invoice_numbers set last = last + 1 returning last',
  );
  return rows[0]!.last;
}
