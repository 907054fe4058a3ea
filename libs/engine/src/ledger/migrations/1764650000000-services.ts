import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What services have declared: of each the last manifest that was accepted, with which the gateways go on while the service
 * is away, and what is wrong with a newer one that was not.
 */
export class Services1764650000000 implements MigrationInterface {
  name = 'Services1764650000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table services (
        name text primary key,
        manifest jsonb,
        version text,
        hash text,
        accepted_at timestamptz,
        refused_version text,
        refused_hash text,
        refused_for text[],
        refused_at timestamptz,
        check (num_nonnulls(manifest, version, hash, accepted_at) in (0, 4)),
        check (num_nonnulls(refused_hash, refused_for, refused_at) in (0, 3)),
        check (num_nonnulls(hash, refused_hash) > 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table services');
  }
}
