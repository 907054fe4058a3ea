"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Dashboard1764300000000 = void 0;
/** Who is signed in at the dashboard. */
class Dashboard1764300000000 {
    constructor() {
        this.name = 'Dashboard1764300000000';
    }
    async up(runner) {
        await runner.query(`
      create table ops_sessions (
        id bytea primary key,
        user_id uuid not null,
        tokens text not null,
        renew_at timestamptz not null,
        last_used_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`);
    }
    async down(runner) {
        await runner.query('drop table ops_sessions');
    }
}
exports.Dashboard1764300000000 = Dashboard1764300000000;
//# sourceMappingURL=1764300000000-dashboard.js.map