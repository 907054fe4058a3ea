import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger as the register of deletions, and what it needs to notice that a database went back in time. */
export class Register1764500000000 implements MigrationInterface {
  name = 'Register1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.noteDecisions(runner);
    await this.createMarks(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table fence_walks, due_repairs, service_marks');
    await runner.query('drop trigger note_decision on operations');
    await runner.query('drop function note_decision');
    await runner.query('alter table lanes drop column decided_at');
  }

  /**
   * A trigger, so that no statement that ends an operation can forget it, nor a process of the version before. What
   * follows a user decides something where the lane is closed to the user afterwards. A lane that was made closed for a
   * user of whom no write of ours knows has no decision, and may open.
   */
  private async noteDecisions(runner: QueryRunner): Promise<void> {
    await runner.query('alter table lanes add column decided_at timestamptz');
    await runner.query(`
      update lanes set decided_at = coalesce(deleted_at, created_at)
      where admission in ('deleted', 'closed') and (deleted_at is not null or not exists (
        select 1 from operations o where o.user_id = lanes.user_id and o.seq = 1 and o.kind <> 'user.register'))`);
    await runner.query(`
      create index lanes_by_decision on lanes (decided_at, user_id) where decided_at is not null`);
    await runner.query(`
      create function note_decision() returns trigger language plpgsql as $$
      begin
        update lanes set decided_at = clock_timestamp()
        where user_id = new.user_id
          and (new.kind in ('user.register', 'user.restore') or admission in ('deleted', 'closed'));
        return null;
      end $$`);
    await runner.query(`
      create trigger note_decision after update of state on operations for each row
        when (new.finished_at is not null and old.finished_at is null and case new.kind
          when 'user.register' then new.state <> 'succeeded'
          else new.state = 'succeeded' and new.kind in ('user.delete', 'user.restore', 'user.purge',
            'event.user-deleted', 'event.user-updated', 'repair.user') end)
        execute function note_decision()`);
  }

  private async createMarks(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table service_marks (
        service text primary key,
        number bigint,
        token uuid,
        at timestamptz,
        next_number bigint,
        next_token uuid,
        next_at timestamptz,
        highest bigint not null default 0,
        adopts boolean not null default false,
        kept_at timestamptz
      )`);
    await runner.query('create table due_repairs (user_id uuid primary key, cause uuid not null)');
    await runner.query(`
      create table fence_walks (service text primary key, cause uuid not null, after_user uuid)`);
  }
}
