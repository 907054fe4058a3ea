import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Entries of one statement, some ten milliseconds. */
const BATCH = 1000;

/**
 * A purge takes the reasons out of the audit trail, too: an erasure may clear them, and nothing may write another. Of
 * users who are purged already, whose lanes are closed, they are taken here.
 */
export class Reasons1764530000002 implements MigrationInterface {
  name = 'Reasons1764530000002';

  async up(runner: QueryRunner): Promise<void> {
    await keepAudit(runner, 'new.reason is null or new.reason is not distinct from old.reason');
    await runner.query(`update lanes set reason = null where admission = 'closed' and reason is not null`);
    await takeReasons(runner);
  }

  /** The reasons are not to be had again. */
  async down(runner: QueryRunner): Promise<void> {
    await keepAudit(runner, 'new.reason is not distinct from old.reason');
  }
}

/** Page by page in the order of the entries, to the end. */
async function takeReasons(runner: QueryRunner): Promise<void> {
  const sql = `with page as materialized (
      select id from audit where id > $1 order by id limit ${BATCH}
    ), taken as (
      update audit a set before = null, after = null, reason = null from page, lanes l
      where a.id = page.id and a.reason is not null and l.user_id = a.user_id and l.admission = 'closed'
    )
    select max(id) as last from page`;
  for (let last: string | null = '0'; last !== null;) {
    [{ last }] = (await runner.query(sql, [last])) as [{ last: string | null }];
  }
}

/** The trail is appended to, trimmed at its old end, and erased. @param reason what an erasure may do to a reason */
async function keepAudit(runner: QueryRunner, reason: string): Promise<void> {
  await runner.query(`
    create or replace function keep_audit() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and new.before is null and new.after is null and (${reason})
        and (new.id, new.at, new.action) = (old.id, old.at, old.action)
        and (new.user_id, new.actor_id, new.operation_id)
          is not distinct from (old.user_id, old.actor_id, old.operation_id) then
        return new;
      end if;
      if tg_op = 'DELETE' and current_setting('turnpike.trims', true) = 'audit'
        and old.at < now() - interval '1 day' then
        return old;
      end if;
      raise exception 'the audit trail is only appended to';
    end $$`);
}
