import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The index of lanes has resources of any type; their ids are UUIDs that are given once. Until now it had one type, which
 * processes of the version before still write and read by its old name.
 */
export class TargetLanes1764620000000 implements MigrationInterface {
  name = 'TargetLanes1764620000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table order_lanes rename to target_lanes');
    await runner.query('alter table target_lanes rename column order_id to id');
    await runner.query(`alter table target_lanes add column type text not null default 'order'`);
    await runner.query(
      `create view order_lanes as select id as order_id, user_id from target_lanes where type = 'order'`,
    );
    // Processes that are at work have a role of their own, whose rights are given anew only after all migrations.
    await runner.query(`
      do $$ declare role name; begin
        for role in select distinct grantee from information_schema.role_table_grants
          where table_schema = 'public' and table_name = 'target_lanes' and privilege_type = 'INSERT'
            and grantee not in (current_user, 'PUBLIC')
        loop execute format('grant select, insert on order_lanes to %I', role); end loop;
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view order_lanes');
    await runner.query(`delete from target_lanes where type <> 'order'`);
    await runner.query('alter table target_lanes drop column type');
    await runner.query('alter table target_lanes rename column id to order_id');
    await runner.query('alter table target_lanes rename to order_lanes');
  }
}
