import {
  Beside1764550000001,
  type DatabaseOptions,
  Inbox1763800000000,
  Marks1764500000001,
  Outbox1763900000000,
} from '@turnpike/service';
import { Invoice } from './invoice.entity.js';
import { Invoices1763900000001 } from './migrations/1763900000001-invoices.js';

/** @returns billing's database at that address, the same for the process and for its migrations. */
export function databaseOptions(url: string): DatabaseOptions {
  return {
    url,
    entities: [Invoice],
    migrations: [
      Inbox1763800000000,
      Outbox1763900000000,
      Invoices1763900000001,
      Marks1764500000001,
      Beside1764550000001,
    ],
    applicationName: 'turnpike-billing',
  };
}
