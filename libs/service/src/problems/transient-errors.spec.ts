import { QueryFailedError } from 'typeorm';
import { isSpoiled, isUnavailable, Unreachable } from './transient-errors.js';

type Verdict = 'not now, and the connection goes' | 'not now' | 'a mistake';

/** One code at least of each class that PostgreSQL or a pooler may answer with; the table in docs/deploying.md. */
const VERDICTS: [string, Verdict][] = [
  ...codes('not now, and the connection goes', [
    '08000',
    '08006',
    '08P01',
    '25006',
    '25P03',
    '25P04',
    '25001',
  ]),
  ...codes('not now, and the connection goes', ['26000', '28000', '28P01', '3D000', '42P05']),
  ...codes('not now, and the connection goes', ['53000', '53100', '53200', '53300', '53400']),
  ...codes('not now, and the connection goes', ['57000', '57P01', '57P02', '57P03', '57P04', '57P05']),
  ...codes('not now, and the connection goes', ['58000', '58030', '58P01', 'XX000', 'XX001']),
  ...codes('not now, and the connection goes', ['ECONNREFUSED', 'ECONNRESET', 'ENETUNREACH', 'ETIMEDOUT']),
  ...codes('not now', ['40001', '40P01', '40003', '55000', '55006', '55P03', '57014', '42501']),
  ...codes('a mistake', [
    '0A000',
    '21000',
    '22P02',
    '23505',
    '25P02',
    '42601',
    '42P01',
    '42703',
    '54000',
    'P0001',
  ]),
  ...codes('a mistake', ['ENOENT', 'ERR_INVALID_ARG_TYPE']),
];

function codes(verdict: Verdict, given: readonly string[]): [string, Verdict][] {
  return given.map((code) => [code, verdict]);
}

function verdictOf(error: Error): Verdict {
  if (isSpoiled(error)) return isUnavailable(error) ? 'not now, and the connection goes' : 'a mistake';
  return isUnavailable(error) ? 'not now' : 'a mistake';
}

describe('an error of the database', () => {
  it.each(VERDICTS)('%s is %s', (code, verdict) => {
    const error = Object.assign(new Error('whatever it says'), { code });
    expect(verdictOf(error)).toBe(verdict);
    expect(verdictOf(new QueryFailedError('select', [], error))).toBe(verdict);
  });

  it.each([
    'Query read timeout',
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client was closed and is not queryable',
    'Query runner already released. Cannot run queries anymore.',
  ])('%j costs the connection, too', (message) => {
    expect(verdictOf(new Error(message))).toBe('not now, and the connection goes');
  });

  it('is not now where there was no connection at all, whatever the reason', () => {
    const reason = Object.assign(new Error('permission denied for database'), { code: '42501' });
    expect(verdictOf(new Unreachable(reason))).toBe('not now, and the connection goes');
    expect(verdictOf(new Unreachable(new Error('self-signed certificate')))).toBe(
      'not now, and the connection goes',
    );
  });

  it('costs the connection where its prepared statement is from before a migration', () => {
    const stale = Object.assign(new Error('cached plan must not change result type'), { code: '0A000' });
    expect(verdictOf(stale)).toBe('not now, and the connection goes');
  });

  it('is none where it is no error', () => {
    expect(isUnavailable({ code: '57P01' })).toBe(false);
  });
});
