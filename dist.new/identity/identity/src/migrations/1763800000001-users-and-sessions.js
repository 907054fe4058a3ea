"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.UsersAndSessions1763800000001 = void 0;
/**
 * Users, their addresses, credentials and sessions. The constraints make impossible rows impossible: a user
 * whose address is not registered as the user's own, two users with one address or one credential.
 */
class UsersAndSessions1763800000001 {
    constructor() {
        this.name = 'UsersAndSessions1763800000001';
    }
    async up(runner) {
        await createUsers(runner);
        await createEmailAddresses(runner);
        await createSessions(runner);
    }
    async down(runner) {
        await runner.query('drop table refresh_tokens');
        await runner.query('drop table sessions');
        await runner.query('alter table users drop constraint users_email_fkey');
        await runner.query('drop table email_addresses');
        await runner.query('drop table users');
        await runner.query('drop table credentials');
    }
}
exports.UsersAndSessions1763800000001 = UsersAndSessions1763800000001;
/** Times have milliseconds, as in the answers, so that what was answered can be compared and restored exactly. */
async function createUsers(runner) {
    await runner.query(`
    create table credentials (
      id uuid primary key default gen_random_uuid(),
      hash text not null,
      created_at timestamptz not null default now()
    )`);
    await runner.query(`
    create table users (
      id uuid primary key,
      email text not null,
      first_name text not null,
      last_name text not null,
      roles text[] not null,
      claims jsonb not null default '{}' check (jsonb_typeof(claims) = 'object'),
      credential_id uuid not null unique references credentials (id),
      state text not null default 'active' check (state in ('active', 'deleted')),
      version integer not null default 1,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      deleted_at timestamptz(3),
      constraint deleted_has_time check ((state = 'deleted') = (deleted_at is not null))
    )`);
}
/** The primary key is what makes an address unique, also while it is only reserved. */
async function createEmailAddresses(runner) {
    await runner.query(`
    create table email_addresses (
      email text primary key,
      user_id uuid not null references users (id),
      reserved boolean not null default false,
      unique (user_id, email)
    )`);
    await runner.query('create unique index one_present_address on email_addresses (user_id) where not reserved');
    // Deferred: a change of address passes through rows that fit together only at its end.
    await runner.query(`
    alter table users add constraint users_email_fkey
      foreign key (id, email) references email_addresses (user_id, email) deferrable initially deferred`);
}
/** Sessions have no foreign key: whoever holds an access token must hear of its end though the user is gone. */
async function createSessions(runner) {
    await runner.query(`
    create table sessions (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz
    )`);
    await runner.query('create index sessions_of_user on sessions (user_id)');
    await runner.query('create index sessions_by_revocation on sessions (revoked_at) where revoked_at is not null');
    await runner.query(`
    create table refresh_tokens (
      hash bytea primary key check (length(hash) = 32),
      session_id uuid not null references sessions (id) on delete cascade,
      created_at timestamptz not null default now(),
      spent_at timestamptz
    )`);
    await runner.query('create index refresh_tokens_of_session on refresh_tokens (session_id)');
}
//# sourceMappingURL=1763800000001-users-and-sessions.js.map