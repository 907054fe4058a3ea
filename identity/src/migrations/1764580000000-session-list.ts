import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What users see of their sessions: when each was used last, and with what it was begun. Of sessions from before it is
 * not known: the column has its default only for new ones. A process of before writes neither, and need not.
 */
export class SessionList1764580000000 implements MigrationInterface {
  name = 'SessionList1764580000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sessions
        add column last_used_at timestamptz,
        add column client text not null default ''`);
    await runner.query('alter table sessions alter column last_used_at set default now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table sessions drop column client, drop column last_used_at');
  }
}
