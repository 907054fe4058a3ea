/** What a session sets for itself, beside what every session relies on; 0 is no limit, whatever the role has. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * What the code relies on, and a role or a database may have set to something else. `pg` reads ISO dates, bytes in hex
 * and UTF-8 only; the rules of lanes and fences hold under read committed. No parameter is sent when the connection
 * begins: a pooler refuses those that it does not know.
 */
export const RELIED_ON: SessionSettings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: 1,
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  search_path: '"$user", public',
  default_transaction_isolation: 'read committed',
  idle_session_timeout: 0,
};

/** No limits: for sessions that wait on purpose. */
export const PATIENT: SessionSettings = {
  statement_timeout: 0,
  lock_timeout: 0,
  idle_in_transaction_session_timeout: 0,
};

/** Nothing is acknowledged before it is durable. What is stricter than `on` stays. */
export const DURABLE = `set_config('synchronous_commit',
  case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, false)`;
