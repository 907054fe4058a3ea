import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EFFECTS, factsOf } from './1764630000000-effects.js';

/** Rows of one statement, some ten milliseconds. */
const PAGE = 1000;

/** Smaller than every id. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** A page of the rows of one kind that lack its facts: all of these kinds have some that differ from the defaults. */
interface Page {
  found: number;
  last: string;
}

/**
 * Gives the rows of before their effects, and lets the register go by effects from then on. Not in one transaction: it
 * would hold the rows, which workers need, until it has come to its end, and then wait for them. Begun again, it goes on
 * where it was. Where the table is large the columns and the index are made by hand before both, the index `concurrently`.
 */
export class EffectsOfBefore1764630000001 implements MigrationInterface {
  name = 'EffectsOfBefore1764630000001';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const kind of Object.keys(EFFECTS)) await fillIn(runner, kind);
    // Registrations are as many as users, and nothing looks for one by its effect.
    await runner.query(`
      create index if not exists operations_by_effect on operations (effect, id)
        where effect not in ('opens', 'writes')`);
    await noteDecisions(runner, {
      made: `new.effect in ('opens', 'reopens')`,
      isOne: `case new.effect when 'opens' then new.state <> 'succeeded' when 'writes' then false
        else new.state = 'succeeded' end`,
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index operations_by_effect');
    await noteDecisions(runner, {
      made: `new.kind in ('user.register', 'user.restore')`,
      isOne: `case new.kind when 'user.register' then new.state <> 'succeeded'
        else new.state = 'succeeded' and new.kind in ('user.delete', 'user.restore', 'user.purge',
          'event.user-deleted', 'event.user-updated', 'repair.user') end`,
    });
  }
}

/** Walks over the kind until nothing of it is left: what somebody is at is passed by, and found by the next walk. */
async function fillIn(runner: QueryRunner, kind: string): Promise<void> {
  while ((await walk(runner, kind)) > 0);
}

/** By the index `operations_of_rare_kinds`, which has all of these. @returns how many lacked something */
async function walk(runner: QueryRunner, kind: string): Promise<number> {
  let [count, after] = [0, BEFORE_ALL];
  for (;;) {
    const [page] = (await runner.query(pageOf(kind), [after])) as [Page];
    count += page.found;
    if (page.found < PAGE) return count;
    after = page.last;
  }
}

function pageOf(kind: string): string {
  const { effect, reportsDeletion, changesRoles } = factsOf('o');
  return `with page as materialized (
      select user_id, id from operations
      where kind = '${kind}' and effect = 'writes' and not changes_roles and id > $1 order by id limit ${PAGE}
    ), free as materialized (
      select o.user_id, o.id from operations o join page using (user_id, id) for update of o skip locked
    ), filled as (
      update operations o set effect = ${effect}, reports_deletion = ${reportsDeletion}, changes_roles = ${changesRoles}
      from free where o.user_id = free.user_id and o.id = free.id
    )
    select count(*)::integer as found, (array_agg(id order by id desc))[1] as last from page`;
}

/** The trigger of 1764500000000-register.ts. */
async function noteDecisions(
  runner: QueryRunner,
  { made, isOne }: { made: string; isOne: string },
): Promise<void> {
  await runner.query(`
    create or replace function note_decision() returns trigger language plpgsql as $$
    begin
      update lanes set decided_at = clock_timestamp()
      where user_id = new.user_id and (${made} or admission in ('deleted', 'closed'));
      return null;
    end $$`);
  await runner.query(`
    create or replace trigger note_decision after update of state on operations for each row
      when (new.finished_at is not null and old.finished_at is null and ${isOne})
      execute function note_decision()`);
}
