import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Access ends when a write that ends it is accepted: the lane counts how often that was, and how much of it identity was
 * told. A suspension ends access until it is taken back. Versions before this one know none of these columns, and go on
 * as they did; what they accept ends access when it is carried out, as before.
 */
export class EndingAccess1764560000000 implements MigrationInterface {
  name = 'EndingAccess1764560000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table lanes
        add column access_epoch integer not null default 0,
        add column access_spared uuid,
        add column access_told integer not null default 0,
        add column suspended_at timestamptz,
        add column suspended_by uuid,
        add column suspension_reason text,
        add constraint suspended_by_somebody check ((suspended_at is null) = (suspended_by is null)),
        add constraint a_suspension_has_the_reason check (suspended_at is not null or suspension_reason is null)`);
    await runner.query('create index access_to_be_told on lanes (user_id) where access_told < access_epoch');
    await runner.query('alter table operations add column ends_access boolean not null default false');
    await runner.query(`
      create table first_administrator (
        is_the_only_row boolean primary key default true check (is_the_only_row),
        user_id uuid not null,
        at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table first_administrator');
    await runner.query('alter table operations drop column ends_access');
    await runner.query('drop index access_to_be_told');
    await runner.query(`
      alter table lanes drop column access_epoch, drop column access_spared, drop column access_told,
        drop column suspended_at, drop column suspended_by, drop column suspension_reason`);
  }
}
