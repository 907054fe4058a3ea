import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How often the access of a user had been ended when a session began, as the ledger counts it. A session with less than
 * its user is over. A process of the version before opens sessions with 0, which the gateway then refuses.
 */
export class AccessEpochs1764560000001 implements MigrationInterface {
  name = 'AccessEpochs1764560000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table users add column access_epoch integer not null default 0');
    await runner.query('alter table sessions add column epoch integer not null default 0');
    await runner.query(`
      create index administrators on users (id) where state = 'active' and 'admin' = any(roles)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index administrators');
    await runner.query('alter table sessions drop column epoch');
    await runner.query('alter table users drop column access_epoch');
  }
}
