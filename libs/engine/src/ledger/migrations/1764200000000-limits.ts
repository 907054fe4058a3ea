import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What limits are counted in. The counts are unlogged: they change with every request, cost neither log nor flush, and
 * a crash of the server may begin them anew. From where an account has signed in must survive a crash: without it
 * strangers could lock the owner out. Neither table has an address or an e-mail in it, only keyed hashes of them.
 */
export class Limits1764200000000 implements MigrationInterface {
  name = 'Limits1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    // Half of each page is left free, so that a count grows where it is and needs no new entry in an index.
    await runner.query(`
      create unlogged table rate_windows (
        key text primary key,
        hits integer not null check (hits >= 0),
        ends_at timestamptz not null
      ) with (fillfactor = 50)`);
    await runner.query('create index rate_windows_by_end on rate_windows (ends_at)');
    await runner.query(`
      create table sign_in_places (
        account text not null,
        place text not null,
        seen_at timestamptz not null default now(),
        primary key (account, place)
      )`);
    await runner.query('create index sign_in_places_by_time on sign_in_places (seen_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sign_in_places');
    await runner.query('drop table rate_windows');
  }
}
