import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger. Its constraints make impossible rows impossible: two operations of one lane under way, a
 * finished one without a time, a running one without a lease. Every table that grows with the writes has the
 * user's id as its leading key, so that the ledger can be distributed by it.
 */
export class Ledger1763800000000 implements MigrationInterface {
  name = 'Ledger1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table lanes (
        user_id uuid primary key,
        admission text not null default 'open'
          check (admission in ('open', 'deleting', 'deleted', 'closed')),
        execution text not null default 'running' check (execution in ('running', 'paused', 'halted')),
        last_seq integer not null default 0 check (last_seq >= 0),
        depth integer not null default 0 check (depth between 0 and last_seq),
        reason text,
        paused_by uuid,
        paused_at timestamptz,
        sessions_valid_from timestamptz,
        created_at timestamptz not null default now(),
        constraint stopped_has_a_time check ((execution <> 'running') = (paused_at is not null))
      )`);
    await runner.query('create index busy_lanes on lanes (user_id) where depth > 0');
    await runner.query(`
      create table operations (
        user_id uuid not null references lanes (user_id),
        seq integer not null check (seq >= 1),
        id uuid not null,
        kind text not null,
        state text not null default 'queued' check (state in
          ('queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled', 'rejected')),
        actor_id uuid,
        target_type text not null check (target_type in ('user', 'customer', 'order')),
        target_id uuid not null,
        payload jsonb not null,
        if_match text,
        epoch integer not null default 0 check (epoch >= 0),
        attempts integer not null default 0 check (attempts >= 0),
        crashes integer not null default 0 check (crashes between 0 and attempts),
        cancel_requested boolean not null default false,
        release integer not null default 0,
        released_at timestamptz,
        worker text,
        lease_until timestamptz,
        next_attempt_at timestamptz,
        deadline_at timestamptz,
        result jsonb,
        problem jsonb,
        retry_of uuid,
        traceparent text,
        created_at timestamptz not null default now(),
        started_at timestamptz,
        finished_at timestamptz,
        primary key (user_id, seq),
        unique (user_id, id),
        constraint ended_has_a_time check (
          (state in ('succeeded', 'failed', 'cancelled', 'rejected')) = (finished_at is not null)),
        constraint running_has_a_lease check (
          (state = 'running') = (lease_until is not null) and (state = 'running') = (worker is not null)),
        constraint retrying_has_a_time check ((state = 'retrying') = (next_attempt_at is not null)),
        constraint started_was_claimed check (
          (epoch > 0) = (started_at is not null) and (epoch > 0) = (deadline_at is not null)),
        constraint queued_was_not_claimed check (state <> 'queued' or epoch = 0),
        constraint under_way_was_claimed check (
          state not in ('running', 'retrying', 'succeeded', 'failed') or epoch > 0),
        constraint refused_says_why check (state not in ('failed', 'rejected') or problem is not null),
        constraint only_success_has_a_result check (result is null or state = 'succeeded'),
        constraint released_has_a_time check ((release > 0) = (released_at is not null))
      )`);
    await runner.query(`
      create unique index one_operation_under_way on operations (user_id)
        where state in ('running', 'retrying')`);
    await runner.query(`
      create index unfinished_operations on operations (user_id, seq)
        where state in ('queued', 'running', 'retrying')`);
    await runner.query('create index operations_by_id on operations (id)');
    await runner.query('create index operations_by_actor on operations (actor_id, id)');
    await runner.query(`
      create table steps (
        user_id uuid not null,
        seq integer not null,
        position smallint not null,
        name text not null,
        service text not null,
        state text not null default 'pending'
          check (state in ('pending', 'applied', 'refused', 'sealed', 'undone')),
        attempts integer not null default 0,
        primary key (user_id, seq, position),
        foreign key (user_id, seq) references operations (user_id, seq) on delete cascade
      )`);
    await runner.query(`
      create table idempotency_keys (
        scope text not null,
        key text not null,
        fingerprint text not null,
        user_id uuid not null,
        operation_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (scope, key)
      )`);
    await runner.query('create index idempotency_keys_by_age on idempotency_keys (created_at)');
    await runner.query('create table order_lanes (order_id uuid primary key, user_id uuid not null)');
    await this.announceEndings(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['order_lanes', 'idempotency_keys', 'steps', 'operations', 'lanes']) {
      await runner.query(`drop table ${table}`);
    }
    await runner.query('drop function announce_ending');
  }

  /** A trigger, so that no statement that ends an operation can forget to tell who waits for it. */
  private async announceEndings(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function announce_ending() returns trigger language plpgsql as $$
      begin
        perform pg_notify('operation_ended', new.user_id || ' ' || new.id);
        return null;
      end $$`);
    await runner.query(`
      create trigger announce_ending after update of state on operations for each row
        when (new.finished_at is not null and old.finished_at is null)
        execute function announce_ending()`);
  }
}
