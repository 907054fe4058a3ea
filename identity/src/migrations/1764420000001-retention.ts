import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that have run out are found without a look at the others. */
export class Retention1764420000001 implements MigrationInterface {
  name = 'Retention1764420000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index sessions_by_expiry on sessions (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index sessions_by_expiry');
  }
}
