"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Outbox1763900000000 = void 0;
/** The table of Outbox, the same in every service. */
class Outbox1763900000000 {
    constructor() {
        this.name = 'Outbox1763900000000';
    }
    async up(runner) {
        await runner.query(`
      create table outbox (
        position bigint primary key generated always as identity,
        id uuid not null unique default gen_random_uuid(),
        user_id uuid not null,
        type text not null,
        operation_id uuid,
        at timestamptz not null default clock_timestamp()
      )`);
    }
    async down(runner) {
        await runner.query('drop table outbox');
    }
}
exports.Outbox1763900000000 = Outbox1763900000000;
//# sourceMappingURL=outbox.migration.js.map