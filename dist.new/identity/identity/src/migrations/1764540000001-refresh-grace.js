"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RefreshGrace1764540000001 = void 0;
/**
 * A refresh token that was spent knows its successor, so that a client whose answer was lost can ask again (see
 * sessions.ts). Whatever happens, a session has one token from which anything comes.
 */
class RefreshGrace1764540000001 {
    constructor() {
        this.name = 'RefreshGrace1764540000001';
    }
    async up(runner) {
        await runner.query(`
      alter table refresh_tokens
        add column successor bytea,
        add constraint only_a_spent_one_has_a_successor check (successor is null or spent_at is not null)`);
        await runner.query(`
      create unique index one_unspent_token on refresh_tokens (session_id) where spent_at is null`);
    }
    async down(runner) {
        await runner.query('drop index one_unspent_token');
        await runner.query('alter table refresh_tokens drop column successor');
    }
}
exports.RefreshGrace1764540000001 = RefreshGrace1764540000001;
//# sourceMappingURL=1764540000001-refresh-grace.js.map