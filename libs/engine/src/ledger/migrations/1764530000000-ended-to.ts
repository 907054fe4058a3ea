import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Up to which place every write of a lane has ended, so that its head is looked for behind it. Without it the look-up
 * passes by the index entries of all writes that have ended, for as long as a snapshot is open that still sees them as
 * unfinished. It may be behind: 0, and what a process of the version before leaves, is right, and slow.
 */
export class EndedTo1764530000000 implements MigrationInterface {
  name = 'EndedTo1764530000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table lanes add column ended_to integer not null default 0,
        add constraint ends_what_was_accepted check (ended_to between 0 and last_seq)`);
    await numberChanges(runner, 'lane.ended_to');
  }

  async down(runner: QueryRunner): Promise<void> {
    await numberChanges(runner, '0');
    await runner.query('alter table lanes drop column ended_to');
  }
}

/**
 * The numbers of changes whose statements give none, as in 1764400000000-changes.ts.
 * @param from behind which place unfinished writes are counted
 */
async function numberChanges(runner: QueryRunner, from: string): Promise<void> {
  await runner.query(`
    create or replace function number_change() returns trigger language plpgsql as $$
    declare
      lane lanes := (select l from lanes l where user_id = new.user_id);
      unfinished constant integer := (select count(*) from operations
        where user_id = new.user_id and seq > ${from} and seq <> new.seq
          and state in ('queued', 'running', 'retrying'))
        + (new.finished_at is null)::integer;
      passages constant bigint := 2::bigint * lane.last_seq - unfinished;
      turn constant integer := case new.state
        when 'running' then 2 * new.epoch - 1 when 'retrying' then 2 * new.epoch else 0 end;
    begin
      new.changes := new.changes || (passages << 32) + turn;
      return new;
    end $$`);
}
