import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators look at, so that no look has to count the whole ledger. */
export class Operators1764250000000 implements MigrationInterface {
  name = 'Operators1764250000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.countEnds(runner);
    await runner.query(
      `create index failed_operations on operations ((problem ->> 'code'), id) where state = 'failed'`,
    );
    await runner.query(
      `create index ended_otherwise on operations (state, id) where state in ('failed', 'cancelled', 'rejected')`,
    );
    // Those that are rare among the others; a look for a frequent one soon has its page.
    await runner.query(`
      create index operations_of_rare_kinds on operations (kind, id) where kind in (
        'user.register', 'user.update', 'user.change-password', 'user.set-roles', 'user.set-claims', 'user.delete',
        'user.restore', 'user.purge', 'customer.update', 'event.user-deleted', 'event.user-updated', 'repair.user')`);
    await runner.query('create index repetitions on operations (retry_of, id) where retry_of is not null');
    await this.createProcesses(runner);
    await this.createSamples(runner);
    await this.createBulkRuns(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bulk_runs, samples, processes');
    await runner.query(
      'drop index failed_operations, ended_otherwise, operations_of_rare_kinds, repetitions',
    );
    await runner.query('alter table lanes drop column failed, drop column cancelled, drop column rejected');
  }

  private async countEnds(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table lanes
        add column failed integer not null default 0,
        add column cancelled integer not null default 0,
        add column rejected integer not null default 0`);
    await runner.query(`
      update lanes l set failed = ended.failed, cancelled = ended.cancelled, rejected = ended.rejected
      from (
        select user_id,
          count(*) filter (where state = 'failed') as failed,
          count(*) filter (where state = 'cancelled') as cancelled,
          count(*) filter (where state = 'rejected') as rejected
        from operations where state in ('failed', 'cancelled', 'rejected') group by user_id
      ) ended
      where l.user_id = ended.user_id`);
    await runner.query(`
      alter table lanes add constraint each_write_is_counted_once check (
        failed >= 0 and cancelled >= 0 and rejected >= 0
        and depth + failed + cancelled + rejected <= last_seq)`);
  }

  /** Not logged: who is alive says so again a second after a crash of the database. */
  private async createProcesses(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create unlogged table processes (
        id text primary key,
        worker boolean not null,
        since timestamptz not null,
        last_seen timestamptz not null,
        running integer not null,
        breakers jsonb not null
      )`);
  }

  private async createBulkRuns(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bulk_runs (
        id uuid primary key,
        action text not null check (action in ('retry', 'cancel')),
        filter jsonb not null,
        reason text not null,
        actor_id uuid not null,
        state text not null default 'running' check (state in ('running', 'done', 'aborted')),
        total integer not null,
        done integer not null default 0,
        refusals jsonb not null default '{}',
        position uuid,
        worker text,
        seen_at timestamptz not null default now(),
        started_at timestamptz not null default now(),
        finished_at timestamptz,
        constraint over_has_a_time check ((state = 'running') = (finished_at is null))
      )`);
    await runner.query(`create index bulk_runs_under_way on bulk_runs (id) where state = 'running'`);
  }

  private async createSamples(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table samples (
        at timestamptz primary key,
        accepted bigint not null,
        finished bigint not null,
        unsuccessful bigint not null,
        waiting integer not null,
        running integer not null,
        retrying integer not null,
        oldest_waiting_ms float8,
        p50_ms float8,
        p95_ms float8,
        p99_ms float8,
        audited bigint not null
      )`);
  }
}
