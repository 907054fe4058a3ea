import { problemBody } from '@turnpike/protocol';
import { RecordedAnswer, type StepCall } from './inbox.js';

/*
 * What a database refuses each time: a step that broke a constraint once breaks it at every attempt, so it is refused
 * for good instead of being retried until its deadline, while its lane waits.
 */

/** Classes of SQLSTATE: a value that cannot be stored (22), and a constraint that a row breaks (23). */
const REFUSED_DATA = /^(22|23)/;

/** What may be told of a refusal by the database: never the values, which its message and its details quote. */
export interface RefusedData {
  sqlState: string;
  constraint: string | undefined;
  table: string | undefined;
}

/** @returns what the database refuses for good, or null where the error is another one */
export function refusedData(error: unknown): RefusedData | null {
  const { driverError = error } = (error ?? {}) as { driverError?: unknown };
  const { code, constraint, table } = (driverError ?? {}) as Record<string, string | undefined>;
  return typeof code === 'string' && REFUSED_DATA.test(code) ? { sqlState: code, constraint, table } : null;
}

/** @returns the refusal in a sentence */
export function refusedBecause({ sqlState, constraint }: RefusedData): string {
  return `The database refused it (${[sqlState, constraint].filter(Boolean).join(', ')}).`;
}

/** @returns the answer of a step whose effect, or whose commit, the database refuses */
export function impossible(refused: RefusedData): RecordedAnswer {
  const body = problemBody('step-impossible', refusedBecause(refused));
  return new RecordedAnswer(body.status, body);
}

/** What the log says of it, for whoever mends the service. */
export function lineOf({ key, userId }: StepCall, refused: RefusedData): object {
  return {
    message: `The database refuses ${key} of ${userId}: mend its data or its effect.`,
    key,
    userId,
    ...refused,
  };
}
