import { GENERAL_PROBLEMS } from './general.js';

/*
 * Every problem that this process can answer with, or pass on. Browsers read this file too: nothing but the table of
 * general ones is imported.
 */

export interface ProblemEntry {
  status: number;
  title: string;
  /** What whoever gets it can do. */
  help: string;
}

/** The codes that an application is compiled with, beside the general ones: it adds them where it declares them. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is there to be added to
export interface DeclaredProblems {}

/** The codes that are known when the process is compiled. What a service brings later has none of these types. */
export type ProblemCode = keyof typeof GENERAL_PROBLEMS | keyof DeclaredProblems;

const table: Record<string, ProblemEntry> = { ...GENERAL_PROBLEMS };
const codes = Object.keys(GENERAL_PROBLEMS) as ProblemCode[];

/** The problems that are declared. */
export const PROBLEMS = table as Readonly<Record<ProblemCode, ProblemEntry>>;

/** Their codes in the order in which they are listed; rules and the description hold this very list. */
export const PROBLEM_CODES: readonly ProblemCode[] = codes;

/**
 * Adds problems to those of this process; one that there is already gets the new words.
 * @param before which one they are listed before; last if left out
 */
export function declareProblems(
  problems: Readonly<Record<string, ProblemEntry>>,
  before?: keyof typeof GENERAL_PROBLEMS,
): void {
  const added = Object.keys(problems).filter((code) => !Object.hasOwn(table, code)) as ProblemCode[];
  codes.splice(before === undefined ? codes.length : codes.indexOf(before), 0, ...added);
  Object.assign(table, problems);
}

export interface FieldError {
  /** Where in the request: `lines.0.quantity`. */
  path: string;
  message: string;
}

/** The body of an `application/problem+json` answer; members beyond these are a code's own. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  /** Of a problem that was compiled in, or that a service has brought. */
  code: string;
  detail?: string;
  instance?: string;
  errors?: FieldError[];
  [extension: string]: unknown;
}

/** @returns the body of that problem; `detail` is for people and never carries a secret. */
export function problemBody(
  code: ProblemCode,
  detail?: string,
  extensions: Record<string, unknown> = {},
): ProblemBody {
  const { title, status } = PROBLEMS[code];
  return { ...extensions, type: `/problems/${code}`, title, status, code, ...(detail && { detail }) };
}

/** @returns what is said of a problem with that code; undefined where none is declared */
export function entryOf(code: string): ProblemEntry | undefined {
  return isProblemCode(code) ? PROBLEMS[code] : undefined;
}

export function isProblemCode(value: unknown): value is ProblemCode {
  return typeof value === 'string' && Object.hasOwn(PROBLEMS, value);
}
