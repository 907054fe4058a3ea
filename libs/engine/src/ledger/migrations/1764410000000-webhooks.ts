import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Webhooks and what is sent to them. Deliveries are only ever inserted by what they tell of, and never wait there for
 * anything: no key of theirs can collide, and none refers to the row of a webhook, which every end would lock.
 */
export class Webhooks1764410000000 implements MigrationInterface {
  name = 'Webhooks1764410000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.createWebhooks(runner);
    await this.createDeliveries(runner);
    await this.recordEvents(runner);
    await this.auditSettings(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger record_ending on operations');
    await runner.query('drop trigger record_domain_event on domain_events');
    await runner.query('drop function record_ending, record_domain_event');
    await runner.query('drop table webhook_deliveries, webhooks');
    await runner.query('drop index audit_of_settings');
    // What was done to webhooks was done to nobody: the trail says afterwards that it was done to whoever did it.
    await runner.query('alter table audit disable trigger keep_audit');
    await runner.query(
      `update audit set user_id = coalesce(actor_id, '00000000-0000-0000-0000-000000000000') where user_id is null`,
    );
    await runner.query('alter table audit enable trigger keep_audit');
    await runner.query('alter table audit alter column user_id set not null');
  }

  private async createWebhooks(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhooks (
        id uuid primary key,
        url text not null,
        description text not null,
        events text[] not null check (cardinality(events) > 0),
        enabled boolean not null default true,
        disabled_because text check (disabled_because in ('operator', 'gone', 'failing')),
        secret text not null,
        previous_secret text,
        previous_signs_until timestamptz,
        failing_since timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint disabled_says_why check (enabled = (disabled_because is null)),
        constraint previous_secret_has_an_end check (
          (previous_secret is null) = (previous_signs_until is null))
      )`);
  }

  /** `due_at` is when to look at it: null while it waits for another of its user, in the future while it is sent. */
  private async createDeliveries(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook_deliveries (
        webhook_id uuid not null,
        id uuid not null,
        position bigint not null generated always as identity,
        user_id uuid,
        type text not null,
        data jsonb not null,
        occurred_at timestamptz not null default now(),
        state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
        attempts integer not null default 0 check (attempts >= 0),
        due_at timestamptz default now(),
        last_status integer,
        last_error text,
        finished_at timestamptz,
        primary key (webhook_id, id),
        constraint over_has_a_time check ((state = 'pending') = (finished_at is null)),
        constraint over_is_never_due check (state = 'pending' or due_at is null)
      )`);
    await runner.query(`
      create unique index one_delivery_of_a_user_under_way on webhook_deliveries (webhook_id, user_id)
        where state = 'pending' and attempts > 0`);
    await runner.query(`
      create index pending_deliveries on webhook_deliveries (webhook_id, user_id, position)
        where state = 'pending'`);
    await runner.query(`
      create index due_deliveries on webhook_deliveries (webhook_id, due_at) where due_at is not null`);
    await runner.query(`
      create index deliveries_by_time on webhook_deliveries (webhook_id, occurred_at, position)`);
    await runner.query(`
      create index pending_deliveries_by_time on webhook_deliveries (webhook_id, occurred_at, position)
        where state = 'pending'`);
    await runner.query(`
      create index failed_deliveries on webhook_deliveries (webhook_id, occurred_at, position)
        where state = 'failed'`);
    await runner.query(`
      create index finished_deliveries on webhook_deliveries (finished_at) where finished_at is not null`);
  }

  /**
   * Triggers, so that no statement that ends an operation can forget it, and no process of an older version. While
   * no webhook is enabled each costs a look into an empty table, some 5 µs.
   */
  private async recordEvents(runner: QueryRunner): Promise<void> {
    const time = (column: string): string =>
      `to_char(new.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    await runner.query(`
      create function record_ending() returns trigger language plpgsql as $$
      declare event text := 'operation.' || new.state;
      begin
        insert into webhook_deliveries (webhook_id, id, user_id, type, data)
        select webhooks.id, new.id, new.user_id, event, jsonb_build_object(
          'id', new.id, 'kind', new.kind, 'userId', new.user_id, 'seq', new.seq, 'state', new.state,
          'target', jsonb_build_object('type', new.target_type, 'id', new.target_id),
          'problem', new.problem ->> 'code',
          'createdAt', ${time('created_at')}, 'startedAt', ${time('started_at')},
          'finishedAt', ${time('finished_at')})
        from webhooks where enabled and events && array['*', event];
        if found then perform pg_notify('webhook_due', ''); end if;
        return null;
      end $$`);
    await runner.query(`
      create trigger record_ending after update of state on operations for each row
        when (new.finished_at is not null and old.finished_at is null)
        execute function record_ending()`);
    await runner.query(`
      create function record_domain_event() returns trigger language plpgsql as $$
      begin
        insert into webhook_deliveries (webhook_id, id, user_id, type, data, occurred_at)
        select webhooks.id, new.id, new.user_id, new.type, jsonb_build_object(
          'id', new.id, 'source', new.source, 'userId', new.user_id, 'operationId', new.operation_id,
          'time', ${time('time')}), new.time
        from webhooks where enabled and events && array['*', new.type];
        if found then perform pg_notify('webhook_due', ''); end if;
        return null;
      end $$`);
    await runner.query(`
      create trigger record_domain_event after insert on domain_events for each row
        execute function record_domain_event()`);
  }

  /** What is done to webhooks is done to no user. */
  private async auditSettings(runner: QueryRunner): Promise<void> {
    await runner.query('alter table audit alter column user_id drop not null');
    await runner.query('create index audit_of_settings on audit (actor_id, id) where user_id is null');
  }
}
