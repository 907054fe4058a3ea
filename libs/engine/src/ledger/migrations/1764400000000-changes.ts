import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The numbers of an operation's changes, in its own row: the update that changes the state appends to them, so they
 * cost no row, no index entry and no clean-up of their own. What they mean stands in changes.ts.
 */
export class Changes1764400000000 implements MigrationInterface {
  name = 'Changes1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table operations add column changes bigint[] not null default '{}'`);
    await this.numberEveryChange(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger number_first_change on operations');
    await runner.query('drop trigger number_change on operations');
    await runner.query('drop function number_change');
    await runner.query('alter table operations drop column changes');
  }

  /**
   * No state changes without a number. Statements of the write path give it themselves, from what they know anyway; for
   * all others, those of the version before this one too, the trigger counts what is unfinished in the lane.
   */
  private async numberEveryChange(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function number_change() returns trigger language plpgsql as $$
      declare
        unfinished constant integer := (select count(*) from operations
          where user_id = new.user_id and seq <> new.seq and state in ('queued', 'running', 'retrying'))
          + (new.finished_at is null)::integer;
        passages constant bigint := 2::bigint * (select last_seq from lanes where user_id = new.user_id) - unfinished;
        turn constant integer := case new.state
          when 'running' then 2 * new.epoch - 1 when 'retrying' then 2 * new.epoch else 0 end;
      begin
        new.changes := new.changes || (passages << 32) + turn;
        return new;
      end $$`);
    await runner.query(`
      create trigger number_first_change before insert on operations for each row
        when (new.changes = '{}') execute function number_change()`);
    await runner.query(`
      create trigger number_change before update of state on operations for each row
        when ((new.state, new.epoch) is distinct from (old.state, old.epoch) and new.changes = old.changes)
        execute function number_change()`);
  }
}
