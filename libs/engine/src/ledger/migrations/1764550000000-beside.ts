import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Operations that are carried out beside their lane. Of each lane one of them may be under way, and one of the others.
 * A version before this one takes them for writes like any other, which wait for their turn.
 */
export class Beside1764550000000 implements MigrationInterface {
  name = 'Beside1764550000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table operations add column if not exists beside boolean not null default false',
    );
    await runner.query(`
      create unique index if not exists operations_under_way on operations (user_id, beside)
        where state in ('running', 'retrying')`);
    await runner.query('drop index one_operation_under_way');
    await runner.query(
      'create index if not exists operations_beside on operations (user_id, seq) where beside',
    );
    await runner.query(`
      create index if not exists unfinished_beside on operations (user_id, seq)
        where beside and state in ('queued', 'running', 'retrying')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create unique index one_operation_under_way on operations (user_id)
        where state in ('running', 'retrying')`);
    await runner.query('drop index operations_under_way, operations_beside, unfinished_beside');
    await runner.query('alter table operations drop column beside');
  }
}
