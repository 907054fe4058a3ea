import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit trail is trimmed at its old end: a transaction that says that it does so (`turnpike.trims`, see Retention)
 * may remove entries that are not of the last day, whatever it has been told of the time that they are kept.
 */
export class Retention1764420000000 implements MigrationInterface {
  name = 'Retention1764420000000';

  async up(runner: QueryRunner): Promise<void> {
    await keepAudit(
      runner,
      `if tg_op = 'DELETE' and current_setting('turnpike.trims', true) = 'audit'
          and old.at < now() - interval '1 day' then
          return old;
        end if;`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepAudit(runner, '');
  }
}

/** @param removal what lets an entry be removed */
async function keepAudit(runner: QueryRunner, removal: string): Promise<void> {
  await runner.query(`
    create or replace function keep_audit() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and new.before is null and new.after is null
        and (new.id, new.at, new.action, new.user_id) = (old.id, old.at, old.action, old.user_id)
        and (new.actor_id, new.operation_id, new.reason)
          is not distinct from (old.actor_id, old.operation_id, old.reason) then
        return new;
      end if;
      ${removal}
      raise exception 'the audit trail is only appended to';
    end $$`);
}
