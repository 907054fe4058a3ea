import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of Steps, the same in every service: what was answered to whom, and how far a lane has come. */
export class Inbox1763800000000 implements MigrationInterface {
  name = 'Inbox1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table fences (
        user_id uuid primary key,
        seq integer not null default 0 check (seq >= 0),
        epoch integer not null default 0 check (epoch >= 0),
        tombstoned_at timestamptz
      )`);
    await runner.query(`
      create table inbox (
        key text primary key,
        user_id uuid not null references fences (user_id),
        seq integer not null,
        status smallint not null check (status between 200 and 499),
        body jsonb,
        before jsonb,
        answered_at timestamptz not null default now()
      )`);
    await runner.query('create index inbox_by_lane on inbox (user_id, seq)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table inbox');
    await runner.query('drop table fences');
  }
}
