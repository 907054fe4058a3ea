import type { OperationDeclaration, ResourceDeclaration, StepDeclaration } from '@turnpike/protocol';
import { InvoiceView, IssueInvoice, VoidInvoice } from '../billing.js';

export const INVOICES: ResourceDeclaration = { type: 'invoice', path: '/v1/invoices', schema: InvoiceView };

export const INVOICE_OPERATIONS = [
  {
    kind: 'invoice.issue',
    ...{ method: 'POST', path: '/v1/orders/{id}/invoice', lane: 'resource', allow: ['owner', 'admin'] },
    ...{ body: IssueInvoice, result: InvoiceView, refuses: ['order-state-conflict'] },
    ...{ ifMatch: true, steps: ['billing.issue-invoice'] },
  },
  {
    kind: 'invoice.void',
    ...{ method: 'POST', path: '/v1/orders/{id}/invoice/void', lane: 'resource', allow: ['admin'] },
    ...{ body: VoidInvoice, result: InvoiceView, refuses: ['order-state-conflict'] },
    ...{ ifMatch: true, steps: ['billing.void-invoice'] },
  },
] as const satisfies readonly OperationDeclaration[];

export const BILLING_STEPS = [
  { name: 'billing.issue-invoice', refuses: true, undo: false, event: 'invoice.issued' },
  { name: 'billing.void-invoice', refuses: true, undo: false, event: 'invoice.voided' },
  { name: 'billing.purge-user', refuses: false, undo: false, event: 'invoices.purged' },
  { name: 'billing.follow-user', refuses: false, undo: false, event: 'invoices.followed' },
] as const satisfies readonly StepDeclaration[];
