import { isPersonal, SECRET_MEMBERS } from '@turnpike/protocol/sensitive';

/*
 * What a log line may show of anything that is given to the logger, however deep it stands.
 */

/** What only processes have: settings. */
const SECRET_SETTINGS = [
  'dataKey',
  'previousDataKey',
  'serviceSigningKey',
  'tokenSigningKeys',
  'databaseUrl',
  'connectionString',
];

const SECRETS = new Set([...SECRET_MEMBERS, ...SECRET_SETTINGS].map((name) => name.toLowerCase()));

/** Deeper than anything that is worth a look in a line; what refers to so much of itself ends here. */
const MAX_DEPTH = 8;

/** Classes of PostgreSQL's errors whose messages quote the value that was refused: 22 is a data exception. */
const QUOTING = /^22/;

/**
 * @returns what may be told of anything thrown: never its members, since a database's error has the parameters of the
 *   statement there, and that of a call its headers and its body
 */
export function describeError(error: unknown): {
  type: string;
  message: string;
  code?: string;
  stack?: string;
} {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'Something else than an error was thrown.' };
  const code = codeOf(error);
  const message = messageOf(error, code);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  const stack = [`${error.name}: ${message}`, ...frames].join('\n');
  return { type: error.name, message, ...(code !== undefined && { code }), stack };
}

/** @returns a copy of what is to be logged, without what nobody may read; of a text, the text */
export function redactValue(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (above.includes(value) || above.length >= MAX_DEPTH) return '[more]';
  const within = [...above, value];
  return Array.isArray(value) ? value.map((item) => redactValue(item, within)) : redactMembers(value, within);
}

/** The line of every request comes here, too: a loop, because lists of pairs would cost as much as the line. */
function redactMembers(members: object, within: readonly object[]): object {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    shown[name] = standInFor(name) ?? redactValue(value, within);
  }
  return shown;
}

/** @returns what stands in a line in the place of a member that nobody may read; undefined where it may be read */
function standInFor(name: string): string | undefined {
  if (SECRETS.has(name.toLowerCase())) return '[secret]';
  return isPersonal(name) ? '[personal]' : undefined;
}

function codeOf(error: Error): string | undefined {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const known = code ?? driverError?.code;
  return typeof known === 'string' ? known : undefined;
}

function messageOf(error: Error, code: string | undefined): string {
  // JSON.parse quotes what it stumbled over.
  if (error instanceof SyntaxError) return 'A text could not be parsed.';
  return code !== undefined && QUOTING.test(code) ? `PostgreSQL refused a value (${code}).` : error.message;
}
