import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which operation another one follows by itself. A version before this one makes none, and carries one out as any write. */
export class FollowOns1764640000000 implements MigrationInterface {
  name = 'FollowOns1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    // Not valid: no row of before follows another, and to look at all of them would hold up every write.
    await runner.query(`
      alter table operations add column follows_id uuid,
        add constraint what_follows_is_a_write check (follows_id is null or (effect = 'writes' and not beside)) not valid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operations drop column follows_id');
  }
}
