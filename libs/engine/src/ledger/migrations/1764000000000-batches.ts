import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What writes need that come in batches. An operation's steps are part of its row, so that an end is written with one
 * update, and a row that contradicts its own steps is impossible. And every index costs each version of a row an entry:
 * those that others can stand in for are gone.
 */
export class Batches1764000000000 implements MigrationInterface {
  name = 'Batches1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.moveSteps(runner);
    await this.holdEndsToSteps(runner);
    await this.dropIndexes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index operations_by_other_actor, audit_of_other_actor, lanes_to_purge');
    await runner.query('alter table operations drop constraint operations_id_user_id_key');
    await runner.query('alter table operations add unique (user_id, id)');
    await runner.query('create index operations_by_id on operations (id)');
    await runner.query('create index operations_by_actor on operations (actor_id, id)');
    await runner.query('create index audit_of_actor on audit (actor_id, id)');
    await runner.query('create index busy_lanes on lanes (user_id) where depth > 0');
    await runner.query(
      `create index lanes_to_purge on lanes (deleted_at) where admission = 'deleted' and depth = 0`,
    );
    await runner.query('alter table lanes reset (fillfactor)');
    await runner.query(`
      create table steps (
        user_id uuid not null,
        seq integer not null,
        position smallint not null,
        name text not null,
        service text not null,
        state text not null default 'pending'
          check (state in ('pending', 'applied', 'refused', 'sealed', 'undone')),
        attempts integer not null default 0,
        primary key (user_id, seq, position),
        foreign key (user_id, seq) references operations (user_id, seq) on delete cascade
      )`);
    await runner.query(`
      insert into steps (user_id, seq, position, name, service, state, attempts)
      select user_id, seq, position, name, service, step.state, step.attempts
      from operations, rows from (jsonb_to_recordset(steps)
        as (name text, service text, state text, attempts integer)) with ordinality
        as step (name, service, state, attempts, position)`);
    await runner.query('alter table operations drop column steps');
    await runner.query('drop function steps_allow');
    await runner.query('drop function steps_follow');
  }

  private async moveSteps(runner: QueryRunner): Promise<void> {
    await runner.query('alter table operations add column steps jsonb');
    await runner.query(`
      update operations o set steps = (
        select coalesce(jsonb_agg(jsonb_build_object('name', name, 'service', service, 'state', state,
          'attempts', attempts) order by position), '[]')
        from steps s where s.user_id = o.user_id and s.seq = o.seq)`);
    await runner.query('alter table operations alter column steps set not null');
    await runner.query(`
      alter table operations add constraint steps_are_in_known_states check (not steps @?
        '$[*].state ? (@ != "pending" && @ != "applied" && @ != "refused" && @ != "sealed" && @ != "undone")')`);
    await runner.query('drop table steps');
  }

  private async holdEndsToSteps(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function steps_allow(steps jsonb, ends_as text) returns boolean language sql immutable parallel safe
      return case ends_as
        when 'succeeded' then not steps @? '$[*] ? (@.state != "applied")'
        else not steps @? '$[*] ? (@.state == "applied" || @.state == "pending")' end`);
    await runner.query(`
      create function steps_follow(earlier jsonb, later jsonb) returns boolean language sql immutable parallel safe
      return jsonb_path_query_array(earlier, '$[*].name') = jsonb_path_query_array(later, '$[*].name')`);
    await runner.query(`
      alter table operations add constraint end_agrees_with_steps check (
        finished_at is null or epoch = 0 or steps_allow(steps, state))`);
  }

  /** A lane's row changes with every write: where no index knows what changes, it needs no new entry in any. */
  private async dropIndexes(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop index busy_lanes, lanes_to_purge, operations_by_id, operations_by_actor, audit_of_actor',
    );
    await runner.query(`create index lanes_to_purge on lanes (deleted_at) where admission = 'deleted'`);
    await runner.query('alter table lanes set (fillfactor = 50)');
    await runner.query('alter table operations drop constraint operations_user_id_id_key');
    await runner.query('alter table operations add unique (id, user_id)');
    // Most people write in their own lanes, which are found by the user.
    await runner.query(`
      create index operations_by_other_actor on operations (actor_id, id) where actor_id <> user_id`);
    await runner.query(`create index audit_of_other_actor on audit (actor_id, id) where actor_id <> user_id`);
  }
}
