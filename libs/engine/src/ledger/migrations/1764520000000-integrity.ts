import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a run of the comparison failed. A version that does not write it down leaves it null. */
export class Integrity1764520000000 implements MigrationInterface {
  name = 'Integrity1764520000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table integrity_runs
        add column problem jsonb,
        add constraint only_failed_has_problem check (problem is null or state = 'failed')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table integrity_runs drop column problem');
  }
}
