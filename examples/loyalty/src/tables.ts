import { sqlMigration } from '@turnpike/service';

/** An account for each user who has earned points, and the entries of which its points are the sum. */
export const Points1764700000001 = sqlMigration('Points1764700000001', {
  up: [
    `create table accounts (
      user_id uuid primary key,
      points bigint not null default 0,
      version integer not null default 1,
      closed_at timestamptz(3), erased_at timestamptz(3))`,
    `create table entries (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null,
      order_id uuid unique,
      points bigint not null,
      reason text,
      at timestamptz(3) not null default now(), revoked_at timestamptz(3))`,
    'create index entries_of_user on entries (user_id)',
  ],
  down: ['drop table entries', 'drop table accounts'],
});
