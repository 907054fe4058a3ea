import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is signed in at the dashboard. */
export class Dashboard1764300000000 implements MigrationInterface {
  name = 'Dashboard1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ops_sessions (
        id bytea primary key,
        user_id uuid not null,
        tokens text not null,
        renew_at timestamptz not null,
        last_used_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ops_sessions');
  }
}
