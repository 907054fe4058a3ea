import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of Marks, the same in every service: one row, the newest mark of the gateway. */
export class Marks1764500000001 implements MigrationInterface {
  name = 'Marks1764500000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table gateway_mark (
        only_one boolean primary key default true check (only_one),
        number bigint not null,
        token uuid not null,
        at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table gateway_mark');
  }
}
