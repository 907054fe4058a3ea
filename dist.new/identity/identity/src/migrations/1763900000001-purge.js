"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Purge1763900000001 = void 0;
/**
 * A purged user: a row that has nothing but its id and its times. Without an address and a credential it refers to
 * neither table (a foreign key ignores a null), and only such a row may be without.
 */
class Purge1763900000001 {
    constructor() {
        this.name = 'Purge1763900000001';
    }
    async up(runner) {
        await runner.query(`
      alter table users
        alter column email drop not null,
        alter column credential_id drop not null,
        drop constraint users_state_check,
        add constraint users_state_check check (state in ('active', 'deleted', 'purged')),
        drop constraint deleted_has_time,
        add constraint deleted_has_time check ((state = 'active') = (deleted_at is null)),
        add constraint purged_has_nothing check (
          case when state = 'purged'
            then email is null and credential_id is null and first_name = '' and last_name = ''
              and roles = '{}' and claims = '{}'
            else email is not null and credential_id is not null
          end)`);
    }
    async down(runner) {
        await runner.query(`delete from users where state = 'purged'`);
        await runner.query(`
      alter table users
        drop constraint purged_has_nothing,
        drop constraint deleted_has_time,
        add constraint deleted_has_time check ((state = 'deleted') = (deleted_at is not null)),
        drop constraint users_state_check,
        add constraint users_state_check check (state in ('active', 'deleted')),
        alter column credential_id set not null,
        alter column email set not null`);
    }
}
exports.Purge1763900000001 = Purge1763900000001;
//# sourceMappingURL=1763900000001-purge.js.map