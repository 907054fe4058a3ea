import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The roles that let somebody in, at the time of this migration. */
const ROLES = `('operator', 'operator.act', 'operator.reveal', 'admin')`;

/**
 * By which role an actor was let in: of a write it is asked for again when the write begins, of a run over many writes
 * before each page. A version before this one leaves it null, and such a write is carried out as it was accepted.
 */
export class ByRole1764570000000 implements MigrationInterface {
  name = 'ByRole1764570000000';

  async up(runner: QueryRunner): Promise<void> {
    // Not valid: every row of before has null, and to look at all of them would hold up every write.
    await runner.query(`
      alter table operations add column by_role text,
        add constraint by_role_of_an_actor
          check (by_role is null or (by_role in ${ROLES} and actor_id is not null)) not valid`);
    await runner.query(`
      create index waiting_by_role on operations (actor_id, by_role) where by_role is not null and state = 'queued'`);
    await runner.query(`
      alter table bulk_runs add column by_role text check (by_role in ${ROLES}), add column problem jsonb,
        add constraint only_aborted_has_problem check (problem is null or state = 'aborted')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table bulk_runs drop column problem, drop column by_role');
    await runner.query('drop index waiting_by_role');
    await runner.query('alter table operations drop column by_role');
  }
}
