import { type Span, SpanKind } from '@opentelemetry/api';
import type { Client } from 'pg';
import { fail, startSpan } from '../process/tracing.js';

/** What names itself in a first comment. */
const NAMED = /^\/\* ([a-z.-]+) \*\//;

/** The first word, and the first table that something is read from or written to. */
const OPERATION = /^\s*(\w+)/;
const TABLE = /\b(?:from|into|update)\s+"?(\w+)"?/i;

/** @returns a span of a statement that is about to be sent. It does not have the statement's text. */
export function spanOfStatement(client: Client, sql: string): Span {
  const summary = summaryOf(sql);
  return startSpan({
    name: summary,
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.query.summary': summary,
      'db.namespace': client.database,
      'server.address': client.host,
      'server.port': client.port,
    },
  });
}

/** Ends it with the statement's answer. */
export function endSpan(span: Span, error: Error | null): void {
  if (error) fail(span, error);
  span.end();
}

/** @returns the name that stands in a first comment; the database's views and logs have it, too */
export function ownNameOf(sql: string): string | undefined {
  return NAMED.exec(sql)?.[1];
}

/** @returns the name that a statement gives itself, or what it does to which table */
export function summaryOf(sql: string): string {
  const name = ownNameOf(sql);
  if (name) return name;
  const [, operation = 'statement'] = OPERATION.exec(sql) ?? [];
  const [, table] = TABLE.exec(sql) ?? [];
  return [operation.toUpperCase(), table].filter(Boolean).join(' ');
}
