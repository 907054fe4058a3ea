import { SpanKind } from '@opentelemetry/api';
import type { Client } from 'pg';
import { fail, startSpan } from '../process/tracing.js';

/** What names itself in a first comment. */
const NAMED = /^\/\* ([a-z.-]+) \*\//;

/** The first word, and the first table that something is read from or written to. */
const OPERATION = /^\s*(\w+)/;
const TABLE = /\b(?:from|into|update)\s+"?(\w+)"?/i;

/** Makes a span of a statement, from its being sent to its answer. It does not have the statement's text. */
export function traceStatement<Answer>(client: Client, sql: string, send: () => Answer): Answer {
  const summary = summaryOf(sql);
  const span = startSpan({
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
  const answer = send();
  Promise.resolve(answer)
    .catch((error: unknown) => fail(span, error))
    .finally(() => span.end());
  return answer;
}

/** @returns the name that a statement gives itself, or what it does to which table */
export function summaryOf(sql: string): string {
  const [, name] = NAMED.exec(sql) ?? [];
  if (name) return name;
  const [, operation = 'statement'] = OPERATION.exec(sql) ?? [];
  const [, table] = TABLE.exec(sql) ?? [];
  return [operation.toUpperCase(), table].filter(Boolean).join(' ');
}
