"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Invoices1763900000001 = void 0;
/** Invoices. An order has one; what an erasure leaves has no address any more. */
class Invoices1763900000001 {
    constructor() {
        this.name = 'Invoices1763900000001';
    }
    async up(runner) {
        await runner.query(`
      create table invoices (
        id uuid primary key,
        number integer not null unique check (number >= 1),
        order_id uuid not null unique,
        user_id uuid not null,
        state text not null default 'issued' check (state in ('issued', 'void')),
        total_amount bigint not null check (total_amount between 0 and ${Number.MAX_SAFE_INTEGER}),
        currency char(3) not null,
        bill_to jsonb,
        void_reason text,
        erased_at timestamptz,
        version integer not null default 1,
        issued_at timestamptz(3) not null default now(),
        constraint billed_to_somebody check ((bill_to is null) = (erased_at is not null))
      )`);
        await runner.query('create index invoices_of_user on invoices (user_id)');
        await runner.query(`
      create table invoice_numbers (last integer not null)`);
        await runner.query('insert into invoice_numbers values (0)');
    }
    async down(runner) {
        await runner.query('drop table invoice_numbers');
        await runner.query('drop table invoices');
    }
}
exports.Invoices1763900000001 = Invoices1763900000001;
//# sourceMappingURL=1763900000001-invoices.js.map