import type { StepRequest, StepResult } from '@turnpike/service';
import { insert } from './invoices.js';
import type { IssueInvoice, Money } from './shapes.js';

/*
 * What was asked for before billing declared itself is carried out as it was accepted: its steps have their names of then,
 * and hold more than is asked of clients.
 */

/** The gateway had asked for the total, and had chosen the id. */
export function issueOfBefore(
  request: StepRequest<IssueInvoice & { invoiceId: string; orderId: string; total: Money }>,
): Promise<StepResult> {
  const { invoiceId: id, ...invoice } = request.input;
  return insert(request, { id, ...invoice });
}
