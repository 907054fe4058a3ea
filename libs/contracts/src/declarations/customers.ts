import type { OperationDeclaration, ResourceDeclaration, StepDeclaration } from '@turnpike/protocol';
import { CustomerView, UpdateCustomer } from '../customers.js';

export const CUSTOMERS: ResourceDeclaration = {
  type: 'customer',
  path: '/v1/customers',
  schema: CustomerView,
};

export const CUSTOMER_OPERATIONS = [
  {
    kind: 'customer.update',
    summary: 'Replaces address and telephone number: what is left out is removed.',
    ...{ method: 'PUT', path: '/v1/customers/{userId}', lane: 'path:userId', on: 'customer' },
    ...{ allow: ['owner', 'admin'], body: UpdateCustomer, result: CustomerView, ifMatch: true },
    steps: ['ordering.update-customer'],
  },
] as const satisfies readonly OperationDeclaration[];

export const CUSTOMER_STEPS = [
  { name: 'ordering.create-customer', refuses: false, undo: true, event: 'customer.created' },
  { name: 'ordering.rename-customer', refuses: false, undo: true, event: 'customer.renamed' },
  { name: 'ordering.update-customer', refuses: true, undo: false, event: 'customer.updated' },
  { name: 'ordering.delete-customer', refuses: true, undo: true, event: 'customer.deleted' },
  { name: 'ordering.restore-customer', refuses: false, undo: true, event: 'customer.restored' },
  { name: 'ordering.purge-customer', refuses: false, undo: false, event: 'customer.purged' },
  { name: 'ordering.follow-user', refuses: false, undo: false, event: 'customer.followed' },
] as const satisfies readonly StepDeclaration[];
