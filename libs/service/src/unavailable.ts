/** Error codes of sockets and of PostgreSQL that mean: not now. */
const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '08000', // connection exception
  '08001',
  '08003',
  '08006',
  '25P03', // idle in transaction too long
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
  '55P03', // lock not available in time
  '57014', // statement took too long
  '57P01', // the server shuts down
  '57P02',
  '57P03', // the server starts up
]);

/** What pg says when it has no code to give. */
const TRANSIENT_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Connection ended|Driver not Connected|is not (yet )?established/i;

/** @returns whether the error means that a database or service does not answer for the moment. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const codes = [code, driverError?.code].filter((item) => typeof item === 'string');
  if (codes.some((item) => TRANSIENT_CODES.has(item))) return true;
  return TRANSIENT_MESSAGES.test(error.message);
}
