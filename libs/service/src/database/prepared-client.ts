import type { Client } from 'pg';
import { SessionClient, type SessionConfig } from './session-client.js';
import { traceStatement } from './statement-spans.js';
import { isTracing } from '../process/tracing.js';

/**
 * So many different statements of a process are prepared. A program has fewer of its own; what it builds from
 * lists of any length is not worth remembering.
 */
const MAX_PREPARED = 500;

const names = new Map<string, string>();
const taken = new Set<string>();

/** What names itself in a first comment has that name in the database's views and logs, too. */
const NAMED = /^\/\* ([a-z.-]+) \*\//;

/** @returns a name for a statement, the same in all connections of the process; none where there are too many */
function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known || names.size === MAX_PREPARED) return known;
  const own = NAMED.exec(sql)?.[1];
  // Two statements of one name fail on every connection that has prepared the other.
  const name = own !== undefined && !taken.has(own) ? own : `statement ${names.size}`;
  names.set(sql, name);
  taken.add(name);
  return name;
}

type Query = (query: unknown, values?: unknown, callback?: unknown) => unknown;

/**
 * A connection that prepares each statement with parameters the first time and only names it from then on, whoever
 * sends it: what PostgreSQL does for a small statement is mostly to parse and plan it. A statement must list its
 * columns: a prepared `select *` fails on connections from before a migration.
 */
export class PreparingClient extends SessionClient {
  constructor(config: SessionConfig) {
    super(config);
    const query = this.query.bind(this) as Query;
    const preparing: Query = (text, values, callback) => {
      const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
      return name ? query({ name, text, values }, callback) : query(text, values, callback);
    };
    const traced: Query = (text, ...others) => {
      const send = (): unknown => preparing(text, ...others);
      return isTracing() && typeof text === 'string' ? traceStatement(this, text, send) : send();
    };
    this.query = traced as Client['query'];
  }
}
