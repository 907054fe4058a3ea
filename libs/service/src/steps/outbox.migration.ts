import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of Outbox, the same in every service. */
export class Outbox1763900000000 implements MigrationInterface {
  name = 'Outbox1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        position bigint primary key generated always as identity,
        id uuid not null unique default gen_random_uuid(),
        user_id uuid not null,
        type text not null,
        operation_id uuid,
        at timestamptz not null default clock_timestamp()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outbox');
  }
}
