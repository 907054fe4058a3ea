import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the operations have come that are carried out beside their lane, which the lane's own fence knows nothing of,
 * and which answers were given to them. Rows of before, and calls of a gateway that does not know them, are the lane's.
 */
export class Beside1764550000001 implements MigrationInterface {
  name = 'Beside1764550000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table fences
        add column beside_seq integer not null default 0 check (beside_seq >= 0),
        add column beside_epoch integer not null default 0 check (beside_epoch >= 0)`);
    await runner.query('alter table inbox add column beside boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table inbox drop column beside');
    await runner.query('alter table fences drop column beside_seq, drop column beside_epoch');
  }
}
