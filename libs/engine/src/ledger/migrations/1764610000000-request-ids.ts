import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which request a write was accepted with: the calls by which it is carried out have the same id. */
export class RequestIds1764610000000 implements MigrationInterface {
  name = 'RequestIds1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operations add column request_id uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operations drop column request_id');
  }
}
