import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The keys under which the ledger's personal data is sealed. A user's key goes with the lane of a registration that was
 * not accepted after all; a purge takes the key and leaves the lane.
 */
export class Seals1764100000000 implements MigrationInterface {
  name = 'Seals1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table root_key (
        singleton boolean primary key default true check (singleton),
        wrapped text not null,
        created_at timestamptz not null default now(),
        wrapped_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table data_keys (
        user_id uuid primary key references lanes (user_id) on delete cascade,
        wrapped text not null,
        created_at timestamptz not null default now()
      )`);
  }

  /** What is sealed cannot be read afterwards. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table data_keys');
    await runner.query('drop table root_key');
  }
}
