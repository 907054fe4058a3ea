"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.CustomersAndOrders1763800000001 = void 0;
/**
 * Customers and orders. The constraints make impossible rows impossible: a deleted customer without a time,
 * a paid order without a payment. Times have milliseconds, as in the answers, so that a cursor made from an
 * answer is exact.
 */
class CustomersAndOrders1763800000001 {
    constructor() {
        this.name = 'CustomersAndOrders1763800000001';
    }
    async up(runner) {
        await createCustomers(runner);
        await createOrders(runner);
        await createOrderChanges(runner);
    }
    async down(runner) {
        await runner.query('drop table order_changes');
        await runner.query('drop table orders');
        await runner.query('drop table customers');
    }
}
exports.CustomersAndOrders1763800000001 = CustomersAndOrders1763800000001;
async function createCustomers(runner) {
    await runner.query(`
    create table customers (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null unique,
      name text not null,
      phone text,
      delivery_address jsonb,
      state text not null default 'active' check (state in ('active', 'deleted')),
      version integer not null default 1,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      deleted_at timestamptz(3),
      deleted_by text,
      constraint deleted_has_time check ((state = 'deleted') = (deleted_at is not null)),
      constraint deleted_has_step check ((state = 'deleted') = (deleted_by is not null))
    )`);
}
async function createOrders(runner) {
    await runner.query(`
    create table orders (
      id uuid primary key,
      user_id uuid not null,
      status text not null check (status in ('placed', 'paid', 'shipped', 'delivered', 'cancelled')),
      lines jsonb not null,
      total_amount bigint not null,
      currency char(3) not null,
      delivery jsonb not null,
      reference text,
      payment_reference text,
      tracking_number text,
      cancel_reason text,
      cancelled_by text,
      version integer not null default 1,
      seq integer not null check (seq >= 1),
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      constraint total_is_exact check (total_amount between 0 and ${Number.MAX_SAFE_INTEGER}),
      constraint paid_has_payment
        check (status not in ('paid', 'shipped', 'delivered') or payment_reference is not null),
      constraint shipped_has_tracking
        check (status not in ('shipped', 'delivered') or tracking_number is not null),
      constraint cancelled_has_cause
        check (status = 'cancelled' or (cancel_reason is null and cancelled_by is null))
    )`);
    await runner.query('create index orders_of_user on orders (user_id, created_at, id)');
    // The administrators' list, which is not of one user.
    await runner.query('create index orders_by_age on orders (created_at, id)');
}
async function createOrderChanges(runner) {
    await runner.query(`
    create table order_changes (
      id bigint primary key generated always as identity,
      user_id uuid not null,
      seq integer not null,
      epoch integer not null,
      order_id uuid not null references orders (id),
      step text not null,
      at timestamptz not null default clock_timestamp()
    )`);
    await runner.query('create index order_changes_of_user on order_changes (user_id, id)');
}
//# sourceMappingURL=1763800000001-customers-and-orders.js.map