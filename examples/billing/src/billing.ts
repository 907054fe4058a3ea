import { defineService } from '@turnpike/service';
import { find, follow, issue, purge, voidInvoice } from './invoices.js';
import { issueOfBefore } from './of-before.js';
import { cancel, keep } from './paid-orders.js';
import { Invoice, IssueInvoice, PaidOrder, VoidInvoice } from './shapes.js';
import { Invoices1763900000001, PaidOrders1764900000001 } from './tables.js';

const INVOICE = '/v1/orders/{id}/invoice';
const WRITE = {
  method: 'POST',
  lane: 'resource',
  result: Invoice,
  refuses: ['order-state-conflict'],
} as const;

/** Invoices of paid orders. */
export const billing = defineService({
  service: 'billing',
  version: '1.0.0',
  port: 3003,
  migrations: [Invoices1763900000001, PaidOrders1764900000001],
  resources: [{ type: 'invoice', path: INVOICE, schema: Invoice }],
  operations: [
    {
      ...{ kind: 'invoice.issue', path: INVOICE, summary: 'Issues the invoice of a paid order.', ...WRITE },
      ...{ allow: ['owner', 'admin'], body: IssueInvoice, personal: ['/billTo'], steps: ['billing.issue'] },
    },
    {
      ...{
        kind: 'invoice.void',
        path: `${INVOICE}/void`,
        summary: 'Voids it; its number stays taken.',
        ...WRITE,
      },
      ...{
        allow: ['admin'],
        body: VoidInvoice,
        personal: ['/reason'],
        ifMatch: true,
        steps: ['billing.void'],
      },
    },
    {
      ...{ kind: 'billing.keep-paid-order', after: 'order.pay', body: PaidOrder },
      ...{ input: { orderId: '/result/id', total: '/result/total' }, steps: ['billing.keep-paid-order'] },
    },
  ],
  steps: {
    'billing.issue': { refuses: true, event: 'invoice.issued', run: issue },
    'billing.void': { refuses: true, event: 'invoice.voided', run: voidInvoice },
    'billing.keep-paid-order': { run: keep },
    'billing.cancel-order': { run: cancel },
    'billing.purge-user': { event: 'invoices.purged', run: purge },
    'billing.follow-user': { event: 'invoices.followed', run: follow },
    'billing.issue-invoice': { refuses: true, event: 'invoice.issued', run: issueOfBefore },
    'billing.void-invoice': { refuses: true, event: 'invoice.voided', run: voidInvoice },
  },
  relations: [
    {
      ...{ name: 'billing.invoices', from: 'billing.invoices.user_id', to: 'identity.users.id' },
      // An invoice stays as it was issued, whatever becomes of the user: the law wants it.
      purge: { kind: 'anonymise', step: 'billing.purge-user' },
      follow: 'billing.follow-user',
      rows: 'select id, user_id as "userId", false as live from invoices where erased_at is null',
    },
    {
      ...{ name: 'billing.paid_orders', each: 'optional' },
      ...{ from: 'billing.paid_orders.order_id', to: 'ordering.orders.id' },
      on: { 'order.cancel': { kind: 'cascade', step: 'billing.cancel-order' } },
      purge: { kind: 'cascade', step: 'billing.purge-user' },
      follow: 'billing.follow-user',
      rows: `select order_id as id, user_id as "userId", order_id as "refersTo", cancelled_at is null as live
        from paid_orders`,
    },
  ],
  reads: [
    {
      ...{ path: INVOICE, summary: 'The invoice of an order.', lane: 'resource', allow: ['owner', 'admin'] },
      ...{ internal: '/internal/orders/{id}/invoice', result: Invoice, read: find },
      personal: ['/billTo', '/voidReason'],
    },
  ],
});
