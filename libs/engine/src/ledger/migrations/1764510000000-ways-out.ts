import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why an attempt failed, which operator ended an operation by hand, and which writes repeat the same one. Versions
 * before this one know none of these columns, and go on as they did.
 */
export class WaysOut1764510000000 implements MigrationInterface {
  name = 'WaysOut1764510000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table operations add column cause jsonb, add column ended_by uuid, add column repeats uuid`);
    await this.letOperatorsEnd(runner);
    await this.holdRepetitionsToOne(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index one_repetition');
    await runner.query('alter table operations drop constraint ended_by_hand_is_over');
    await runner.query('alter table operations drop constraint end_agrees_with_steps');
    await runner.query('alter table operations drop column cause, drop column ended_by, drop column repeats');
    await runner.query(`
      alter table operations add constraint end_agrees_with_steps check (
        finished_at is null or epoch = 0 or steps_allow(steps, state)) not valid`);
  }

  /** A worker's end still has to agree with its steps; only an end that names an operator may contradict them. */
  private async letOperatorsEnd(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operations drop constraint end_agrees_with_steps');
    // Not valid: the rows of before keep to a stricter rule, and to look at all of them would hold up every write.
    await runner.query(`
      alter table operations add constraint end_agrees_with_steps check (
        finished_at is null or epoch = 0 or ended_by is not null or steps_allow(steps, state)) not valid`);
    await runner.query(`
      alter table operations add constraint ended_by_hand_is_over check (
        ended_by is null or state in ('succeeded', 'failed')) not valid`);
  }

  /**
   * Of one write no two repetitions are under way or have succeeded. `repeats` is the first of a chain of repetitions.
   * Of those that were made before only the newest counts, since there may be several.
   */
  private async holdRepetitionsToOne(runner: QueryRunner): Promise<void> {
    await runner.query(`
      with recursive chain (id, first) as (
        select id, retry_of from operations o where retry_of is not null
          and not exists (select 1 from operations p where p.id = o.retry_of and p.retry_of is not null)
        union all
        select o.id, chain.first from operations o join chain on o.retry_of = chain.id
      ), counted as (
        select o.id, chain.first, o.state in ('failed', 'cancelled', 'rejected') or o.id::text = max(o.id::text)
          filter (where o.state not in ('failed', 'cancelled', 'rejected')) over (partition by chain.first) as counts
        from operations o join chain on chain.id = o.id
      )
      update operations o set repeats = counted.first from counted where o.id = counted.id and counted.counts`);
    await runner.query(`
      create unique index one_repetition on operations (repeats)
        where repeats is not null and state not in ('failed', 'cancelled', 'rejected')`);
  }
}
