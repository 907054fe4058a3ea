"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Purge1763900000001 = void 0;
/**
 * What a purge leaves: of a customer a stub, of orders what was bought, and when. An erased order was paid and shipped
 * without saying how, so the constraints that ask for it let erased ones pass.
 */
class Purge1763900000001 {
    constructor() {
        this.name = 'Purge1763900000001';
    }
    async up(runner) {
        await runner.query(`
      alter table customers
        add column erased_at timestamptz(3),
        drop constraint customers_state_check,
        add constraint customers_state_check check (state in ('active', 'deleted', 'purged')),
        drop constraint deleted_has_time,
        add constraint deleted_has_time check ((state = 'active') = (deleted_at is null)),
        drop constraint deleted_has_step,
        add constraint deleted_has_step check ((state = 'active') = (deleted_by is null)),
        add constraint purged_is_erased check ((state = 'purged') = (erased_at is not null)),
        add constraint erased_has_nothing
          check (erased_at is null or (name = '' and phone is null and delivery_address is null))`);
        await runner.query(`
      alter table orders
        add column erased_at timestamptz(3),
        drop constraint paid_has_payment,
        add constraint paid_has_payment check (
          erased_at is not null or status not in ('paid', 'shipped', 'delivered') or payment_reference is not null),
        drop constraint shipped_has_tracking,
        add constraint shipped_has_tracking check (
          erased_at is not null or status not in ('shipped', 'delivered') or tracking_number is not null)`);
    }
    /** Erased rows cannot stand under the constraints of before; what they had is not to be had again. */
    async down(runner) {
        await runner.query('delete from order_changes using orders where order_id = orders.id and erased_at is not null');
        await runner.query('delete from orders where erased_at is not null');
        await runner.query('delete from customers where erased_at is not null');
        await runner.query(`
      alter table orders
        drop constraint shipped_has_tracking,
        add constraint shipped_has_tracking
          check (status not in ('shipped', 'delivered') or tracking_number is not null),
        drop constraint paid_has_payment,
        add constraint paid_has_payment
          check (status not in ('paid', 'shipped', 'delivered') or payment_reference is not null),
        drop column erased_at`);
        await runner.query(`
      alter table customers
        drop constraint erased_has_nothing,
        drop constraint purged_is_erased,
        drop constraint deleted_has_step,
        add constraint deleted_has_step check ((state = 'deleted') = (deleted_by is not null)),
        drop constraint deleted_has_time,
        add constraint deleted_has_time check ((state = 'deleted') = (deleted_at is not null)),
        drop constraint customers_state_check,
        add constraint customers_state_check check (state in ('active', 'deleted')),
        drop column erased_at`);
    }
}
exports.Purge1763900000001 = Purge1763900000001;
//# sourceMappingURL=1763900000001-purge.js.map