import { ConfigurationError, type Environment } from '../process/environment.js';

/*
 * Two roles of one database: the owner, by which migrations are made, and the one of the processes, which reads and writes
 * rows and nothing else. Whoever takes a process over, or finds a statement to slip in, can then neither drop nor truncate a
 * table nor switch its triggers off, of which one keeps the audit trail.
 */

/** What the role of the processes may do with a table, if it is less than with others. */
export interface TableRights {
  /** The columns that may be updated. */
  update: readonly string[];
}

export interface RuntimeRole {
  name: string;
  /** The variable that names it. */
  variable: string;
  /** By the name of the table. */
  narrowed?: Readonly<Record<string, TableRights>>;
}

/** @returns the role of the processes, or null where they use the owner's. @throws ConfigurationError for no plain name */
export function readRuntimeRole(env: Environment, variable: string): RuntimeRole | null {
  const name = env.optional(variable);
  if (name === undefined) return null;
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return { name, variable };
  throw new ConfigurationError(variable, 'must be the name of a role: 1 to 63 of a to z, 0 to 9 and _');
}

/** Sends one statement, always on the same connection. @returns its rows */
export type Send = (sql: string, parameters?: unknown[]) => Promise<unknown[]>;

/** Which migrations have been made is for the processes to read. */
const OF_THE_OWNER = 'migrations';

/**
 * Gives the role what the processes need of all tables in a schema, and takes away what else it had, in one transaction:
 * processes that are at work notice nothing. Called after each migration, which may have made new tables.
 * @throws ConfigurationError where there is no such role, or it is the one that migrates
 */
export async function grantRuntimeRole(send: Send, role: RuntimeRole, schema = 'public'): Promise<void> {
  await assertOtherRole(send, role);
  const statements = [...rightsIn(schema, role.name), ...(schema === 'public' ? narrowing(role) : [])];
  for (const statement of ['begin', ...statements, 'commit']) await send(statement);
}

function rightsIn(schema: string, name: string): string[] {
  return [
    `revoke create on schema ${schema} from public, ${name}`,
    `grant usage on schema ${schema} to ${name}`,
    `revoke all on all tables in schema ${schema} from ${name}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${name}`,
    `grant usage, select, update on all sequences in schema ${schema} to ${name}`,
  ];
}

function narrowing({ name, narrowed = {} }: RuntimeRole): string[] {
  const tables = Object.entries(narrowed).flatMap(([table, { update }]) => [
    `revoke update on ${table} from ${name}`,
    `grant update (${update.join(', ')}) on ${table} to ${name}`,
  ]);
  return [`revoke insert, update, delete on ${OF_THE_OWNER} from ${name}`, ...tables];
}

async function assertOtherRole(send: Send, { name, variable }: RuntimeRole): Promise<void> {
  const sql = 'select current_user = rolname as own from pg_roles where rolname = $1';
  const [role] = (await send(sql, [name])) as { own: boolean }[];
  if (!role)
    throw new ConfigurationError(variable, 'names a role that the server does not have: create it first');
  if (role.own) throw new ConfigurationError(variable, 'must be another role than the one that migrates');
}

/** Whether the role that is connected could do more than read and write rows: `hasTooMuch`. */
export const HAS_TOO_MUCH = `select rolsuper or rolcreaterole or exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and (pg_has_role(current_user, c.relowner, 'usage')
      or c.relname = 'audit' and has_table_privilege(c.oid, 'truncate, trigger'))
  ) as "hasTooMuch"
  from pg_roles where rolname = current_user`;
