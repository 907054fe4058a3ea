import { Injectable } from '@nestjs/common';
import type { Erasure, FollowUserStep, IntegrityQuery, IntegrityRow } from '@turnpike/protocol';
import type { InvoiceView, IssueInvoiceStep, VoidInvoiceStep } from '@turnpike/contracts';
import {
  type Applied,
  assertMatches,
  Database,
  erasing,
  forgetAnswers,
  Problem,
  type StepCall,
} from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { Invoice, invoiceView } from './invoice.entity.js';
import { INVOICE_COLUMNS } from './personal-columns.js';

/** Invoices of paid orders. Everything that takes `tx` runs in the transaction of a step. */
@Injectable()
export class Invoices {
  constructor(private readonly database: Database) {}

  /** @throws Problem `order-state-conflict` when the order has an invoice */
  async issue(tx: EntityManager, { userId }: StepCall, step: IssueInvoiceStep): Promise<Applied> {
    const { invoiceId: id, orderId, billTo, total } = step;
    const { amount: totalAmount, currency } = total;
    const number = await takeNumber(tx);
    if (await tx.existsBy(Invoice, { orderId })) {
      throw new Problem('order-state-conflict', 'The order has an invoice already.');
    }
    await tx.insert(Invoice, { id, number, orderId, userId, totalAmount, currency, billTo });
    return { body: invoiceView(await tx.findOneByOrFail(Invoice, { id })) };
  }

  /** @throws Problem `not-found`, `version-conflict`, or `order-state-conflict` when it is void already */
  async void(tx: EntityManager, { orderId, reason }: VoidInvoiceStep, ifMatch?: string): Promise<Applied> {
    const invoice = await tx.findOne(Invoice, { where: { orderId }, lock: { mode: 'pessimistic_write' } });
    if (!invoice) throw noInvoice();
    assertMatches(ifMatch, invoice.version);
    if (invoice.state === 'void') throw new Problem('order-state-conflict', 'The invoice is void already.');
    const voided = await tx.save(Invoice, { ...invoice, state: 'void', voidReason: reason ?? null });
    return { body: invoiceView(voided) };
  }

  /** The user's invoices stay, with nothing that tells whose they were; neither do the remembered answers. */
  async purge(tx: EntityManager, call: StepCall): Promise<Applied> {
    return { body: { erasures: await eraseAll(tx, call) }, tombstone: 'set' };
  }

  /** Invoices stay as they are, whether the user is there or deleted; of one who is absent they lose the name. */
  async follow(tx: EntityManager, call: StepCall, { state }: FollowUserStep): Promise<Applied> {
    if (state === 'absent') await eraseAll(tx, call);
    return { body: {}, tombstone: state === 'active' ? 'clear' : 'set' };
  }

  /** The invoices that are not anonymised, in the order of their ids. */
  references({ after, limit, userId }: IntegrityQuery): Promise<IntegrityRow[]> {
    return this.database.query<IntegrityRow>(
      `select id, 'billing.invoices' as relation, user_id as "userId", false as live from invoices
       where erased_at is null and ($1::uuid is null or id > $1) and ($2::uuid is null or user_id = $2)
       order by id limit $3`,
      [after, userId, limit],
    );
  }

  /** @throws Problem `not-found` */
  async find(orderId: string): Promise<InvoiceView> {
    const invoice = await this.database.manager.findOneBy(Invoice, { orderId });
    if (!invoice) throw noInvoice();
    return invoiceView(invoice);
  }
}

/** Invoices are numbered without gaps, which no sequence does: the row is held until the invoice is written. */
async function takeNumber(tx: EntityManager): Promise<number> {
  const [rows] = await tx.query<[{ last: number }[], number]>(
    'update invoice_numbers set last = last + 1 returning last',
  );
  return rows[0]!.last;
}

async function eraseAll(tx: EntityManager, call: StepCall): Promise<Erasure[]> {
  const [, erased] = await tx.query<[unknown, number]>(
    `update invoices set ${erasing(INVOICE_COLUMNS)}, erased_at = now(), version = version + 1
     where user_id = $1 and erased_at is null`,
    [call.userId],
  );
  return [
    { relation: 'billing.invoices', erased, retained: 'number, total, state and date' },
    { relation: 'billing.inbox', erased: await forgetAnswers(tx, call), retained: '' },
  ];
}

export function noInvoice(): Problem {
  return new Problem('not-found', 'The order has no invoice.');
}
