import {
  Beside1764550000001,
  type DatabaseOptions,
  Inbox1763800000000,
  Marks1764500000001,
  Outbox1763900000000,
} from '@turnpike/service';
import { Customer } from './customers/customer.entity.js';
import { CustomersAndOrders1763800000001 } from './migrations/1763800000001-customers-and-orders.js';
import { Purge1763900000001 } from './migrations/1763900000001-purge.js';
import { NamelessLines1764530000001 } from './migrations/1764530000001-nameless-lines.js';
import { Order } from './orders/order.entity.js';

/** @returns ordering's database at that address, the same for the process and for its migrations. */
export function databaseOptions(url: string): DatabaseOptions {
  return {
    url,
    entities: [Customer, Order],
    migrations: [
      Inbox1763800000000,
      CustomersAndOrders1763800000001,
      Outbox1763900000000,
      Purge1763900000001,
      Marks1764500000001,
      NamelessLines1764530000001,
      Beside1764550000001,
    ],
    applicationName: 'turnpike-ordering',
  };
}
