import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Kinds that do something else to their lane than to write in it, or set roles, and how a version before this one means them. */
export const EFFECTS: Readonly<Record<string, string>> = {
  'user.register': 'opens',
  'user.delete': 'closes',
  'user.restore': 'reopens',
  'user.purge': 'ends',
  'event.user-deleted': 'follows',
  'event.user-updated': 'follows',
  'repair.user': 'follows',
  'user.set-roles': 'writes',
};

/** @returns what the columns of an operation are where nobody has said it, by its kind */
export function factsOf(operation: string): {
  effect: string;
  reportsDeletion: string;
  changesRoles: string;
} {
  const cases = Object.entries(EFFECTS).map(([kind, effect]) => `when '${kind}' then '${effect}'`);
  return {
    effect: `case ${operation}.kind ${cases.join(' ')} else 'writes' end`,
    reportsDeletion: `${operation}.kind = 'event.user-deleted'`,
    changesRoles: `${operation}.kind = 'user.set-roles'`,
  };
}

/**
 * What an operation does to its lane, so that nothing has to go by its kind. Rows of before have what writes have, until
 * the next migration has walked over them. A version before this one names none of these columns: a trigger fills them in by
 * the kind, of which that version knows no others.
 */
export class Effects1764630000000 implements MigrationInterface {
  name = 'Effects1764630000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table operations
        add column if not exists effect text not null default 'writes',
        add column if not exists reports_deletion boolean not null default false,
        add column if not exists changes_roles boolean not null default false`);
    // Not valid: every row of before is a write, and to look at all of them would hold up every write.
    await runner.query(`
      alter table operations alter column effect drop default,
        add constraint effect_is_known
          check (effect in ('opens', 'closes', 'reopens', 'ends', 'follows', 'writes')) not valid,
        add constraint only_what_follows_reports check (not reports_deletion or effect = 'follows') not valid`);
    await this.fillIn(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger fill_effect_in on operations');
    await runner.query('drop function fill_effect_in');
    await runner.query(
      'alter table operations drop column effect, drop column reports_deletion, drop column changes_roles',
    );
  }

  private async fillIn(runner: QueryRunner): Promise<void> {
    const { effect, reportsDeletion, changesRoles } = factsOf('new');
    await runner.query(`
      create function fill_effect_in() returns trigger language plpgsql as $$
      begin
        new.effect := ${effect};
        new.reports_deletion := ${reportsDeletion};
        new.changes_roles := ${changesRoles};
        return new;
      end $$`);
    await runner.query(`
      create trigger fill_effect_in before insert on operations for each row
        when (new.effect is null) execute function fill_effect_in()`);
  }
}
