import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An account for each user who has earned points, and the entries of which its points are the sum. */
export class Points1764700000001 implements MigrationInterface {
  name = 'Points1764700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table accounts (
        user_id uuid primary key,
        points bigint not null default 0,
        version integer not null default 1,
        closed_at timestamptz(3),
        erased_at timestamptz(3)
      )`);
    await runner.query(`
      create table entries (
        id uuid primary key default gen_random_uuid(),
        user_id uuid not null,
        order_id uuid unique,
        points bigint not null,
        reason text,
        revoked_at timestamptz(3),
        at timestamptz(3) not null default now()
      )`);
    await runner.query('create index entries_of_user on entries (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table entries');
    await runner.query('drop table accounts');
  }
}
