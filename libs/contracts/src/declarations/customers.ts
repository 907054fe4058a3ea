import type { OperationDeclaration, ResourceDeclaration } from '@turnpike/protocol';
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
