import { sqlMigration } from '@turnpike/service';

const AMOUNT = `bigint check (total_amount between 0 and ${Number.MAX_SAFE_INTEGER})`;

/** Invoices. An order has one; what an erasure leaves has no address any more. */
export const Invoices1763900000001 = sqlMigration('Invoices1763900000001', {
  up: [
    `create table invoices (
      id uuid primary key,
      number integer not null unique check (number >= 1),
      order_id uuid not null unique,
      user_id uuid not null,
      state text not null default 'issued' check (state in ('issued', 'void')),
      total_amount ${AMOUNT} not null,
      currency char(3) not null,
      bill_to jsonb,
      void_reason text,
      erased_at timestamptz,
      version integer not null default 1,
      issued_at timestamptz(3) not null default now(),
      constraint billed_to_somebody check ((bill_to is null) = (erased_at is not null)))`,
    'create index invoices_of_user on invoices (user_id)',
    'create table invoice_numbers (last integer not null)',
    'insert into invoice_numbers values (0)',
  ],
  down: ['drop table invoice_numbers', 'drop table invoices'],
});

/** What an invoice needs to know of an order: what was paid, or that it is cancelled, which may be known first. */
export const PaidOrders1764900000001 = sqlMigration('PaidOrders1764900000001', {
  up: [
    `create table paid_orders (
      order_id uuid primary key,
      user_id uuid not null,
      total_amount ${AMOUNT},
      currency char(3),
      cancelled_at timestamptz(3),
      constraint amount_of_a_currency check ((total_amount is null) = (currency is null)),
      constraint paid_or_cancelled check (total_amount is not null or cancelled_at is not null))`,
    'create index paid_orders_of_user on paid_orders (user_id)',
  ],
  down: ['drop table paid_orders'],
});
