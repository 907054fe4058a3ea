import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What purges, the audit trail, the services' events and integrity runs need. */
export class Relations1763900000000 implements MigrationInterface {
  name = 'Relations1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    // Who joins with a resource of its own needs no change here: the kinds of targets are the contracts'.
    await runner.query('alter table operations drop constraint operations_target_type_check');
    await runner.query('alter table lanes add column deleted_at timestamptz');
    await runner.query(`update lanes set deleted_at = now() where admission = 'deleted'`);
    await runner.query(`
      alter table lanes add constraint deleted_has_a_time
        check (admission <> 'deleted' or deleted_at is not null)`);
    await runner.query(
      `create index lanes_to_purge on lanes (deleted_at) where admission = 'deleted' and depth = 0`,
    );
    await this.createAudit(runner);
    await this.createEvents(runner);
    await this.createIntegrity(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['integrity_findings', 'integrity_runs', 'domain_events', 'audit']) {
      await runner.query(`drop table ${table}`);
    }
    await runner.query('drop function keep_audit');
    await runner.query('alter table lanes drop column deleted_at');
    await runner.query(`
      alter table operations add constraint operations_target_type_check
        check (target_type in ('user', 'customer', 'order'))`);
  }

  /** The trigger keeps the trail as it was written: an erasure is the only change that it lets through. */
  private async createAudit(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit (
        id bigint primary key generated always as identity,
        at timestamptz not null default clock_timestamp(),
        actor_id uuid,
        action text not null,
        user_id uuid not null,
        operation_id uuid,
        reason text,
        before jsonb,
        after jsonb
      )`);
    await runner.query('create index audit_of_user on audit (user_id, id)');
    await runner.query('create index audit_of_actor on audit (actor_id, id)');
    await runner.query(`
      create function keep_audit() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and new.before is null and new.after is null
          and (new.id, new.at, new.action, new.user_id) = (old.id, old.at, old.action, old.user_id)
          and (new.actor_id, new.operation_id, new.reason)
            is not distinct from (old.actor_id, old.operation_id, old.reason) then
          return new;
        end if;
        raise exception 'the audit trail is only appended to';
      end $$`);
    await runner.query(`
      create trigger keep_audit before update or delete on audit for each row execute function keep_audit()`);
  }

  /** Events of the services, each once, in their order per user. */
  private async createEvents(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table domain_events (
        position bigint primary key generated always as identity,
        id uuid not null unique,
        user_id uuid not null,
        source text not null,
        type text not null,
        time timestamptz not null,
        operation_id uuid,
        received_at timestamptz not null default now()
      )`);
    await runner.query('create index domain_events_of_user on domain_events (user_id, position)');
  }

  private async createIntegrity(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table integrity_runs (
        id uuid primary key,
        state text not null default 'running' check (state in ('running', 'done', 'failed')),
        checked integer not null default 0,
        requested_by uuid,
        worker text,
        started_at timestamptz not null default now(),
        seen_at timestamptz not null default now(),
        finished_at timestamptz,
        constraint over_has_a_time check ((state = 'running') = (finished_at is null))
      )`);
    await runner.query(`
      create unique index one_integrity_run on integrity_runs (state) where state = 'running'`);
    await runner.query(`
      create table integrity_findings (
        run_id uuid not null references integrity_runs (id) on delete cascade,
        relation text not null,
        kind text not null,
        id uuid not null,
        user_id uuid not null,
        repaired_by uuid,
        primary key (run_id, relation, id, kind)
      )`);
  }
}
