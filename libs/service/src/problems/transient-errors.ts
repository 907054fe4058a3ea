/*
 * Which errors mean "not now" (503, the client asks again) and not "never so" (500), and which of them leave the
 * connection in doubt. PostgreSQL's are told apart by the class of their SQLSTATE: a list of codes is never complete.
 * The table in docs/deploying.md says the same for operators.
 */

/** After these the connection is not used again: nobody knows its state, or a new one may lead to another server. */
const SPOILED_CLASSES: readonly string[] = [
  '08', // connection exception; a pooler's own refusals
  '25', // the transaction is not in the state that it is believed to be in, or the server became read-only
  '26', // a prepared statement is gone: a pooler gave the session to another
  '28', // the login is not accepted any more
  '3D', // the database is gone, during a restore say
  '53', // out of memory, disk or connections
  '57', // an operator stops the server or the session
  '58', // the server's disk or system fails
  'XX', // the server or a pooler is at a loss
];

/** After these the same connection serves for the next attempt. */
const PASSING_CLASSES: readonly string[] = [
  '40', // deadlock, serialization failure
  '55', // a lock was not to be had in time
];

const STATEMENT_TIMEOUT = '57014';

/** A statement behind one that failed in the same transaction: an echo, which says nothing of its own. */
const ABORTED = '25P02';

/**
 * Rights are given and taken by operators, not by the client, and are missing for a moment after a restore; the process
 * says that it is not ready for as long.
 */
const NO_RIGHTS = '42501';

/** Single codes of classes that are mistakes otherwise. */
const SPOILED_CODES: readonly string[] = [
  '42P05', // the prepared statement is there already: it is another session's
];

/** Of class 0A: what was prepared before a migration does not fit any more. */
const STALE_PLAN = /^cached plan must not change result type/;

/** Node's codes have no classes. */
const SOCKET_CODES = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTCONN',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ETIMEDOUT',
]);

/** What pg, its pool and TypeORM say when they have no code to give. */
const LOST_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Connection ended|Driver not Connected|is not (yet )?established|already released|Received unexpected \w+ message/i;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** A server could not be connected to, for whatever reason: wrong credentials and certificates are no request's fault. */
export class Unreachable extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message);
    this.name = 'Unreachable';
  }
}

/** @returns whether the error means that a database or service does not answer for the moment. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isSpoiled(error)) return true;
  return codesOf(error).some(
    (code) => code === STATEMENT_TIMEOUT || code === NO_RIGHTS || isOfClass(PASSING_CLASSES, code),
  );
}

/** @returns whether the connection on which it came must not be used again */
export function isSpoiled(error: Error): boolean {
  if (error instanceof Unreachable || LOST_MESSAGES.test(error.message)) return true;
  return codesOf(error).some(
    (code) =>
      SOCKET_CODES.has(code) ||
      SPOILED_CODES.includes(code) ||
      (code !== STATEMENT_TIMEOUT && code !== ABORTED && isOfClass(SPOILED_CLASSES, code)) ||
      (code === '0A000' && STALE_PLAN.test(error.message)),
  );
}

function isOfClass(classes: readonly string[], code: string): boolean {
  return SQLSTATE.test(code) && classes.includes(code.slice(0, 2));
}

function codesOf(error: Error): string[] {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return [code, driverError?.code].filter((item) => typeof item === 'string');
}
