import { declarePersonal, PERSONAL_MEMBERS, SECRET_MEMBERS } from '@turnpike/protocol';
import { AxiosError, AxiosHeaders } from 'axios';
import { QueryFailedError } from 'typeorm';
import { createLogger, PinoLogger } from './logging.js';
import { describeError } from './redact.js';

const CANARY = 'canary7310';

/** @returns the lines that come of it */
function logged(log: (logger: PinoLogger, pino: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const pino = createLogger('test', 'trace', { write: (line) => void lines.push(line) });
  log(new PinoLogger(pino), pino);
  return lines.join('');
}

function deep(value: unknown, depth: number): unknown {
  return depth === 0 ? value : { list: [deep(value, depth - 1)] };
}

describe('a log line', () => {
  it.each([...SECRET_MEMBERS, ...PERSONAL_MEMBERS])('does not show %s, wherever it stands', (member) => {
    for (const depth of [0, 1, 2, 3]) {
      const members = deep({ [member]: CANARY, [member.toUpperCase()]: { text: [CANARY] } }, depth) as object;
      const lines = logged((logger, pino) => {
        logger.log(members);
        logger.error('a text', members, 'Context');
        pino.info(members, 'a text');
        pino.error({ err: Object.assign(new Error('failed'), { config: members }) });
      });
      expect(lines.split('\n')).toHaveLength(5);
      expect(lines).not.toContain(CANARY);
    }
  });

  it('shows what is declared to be personal no more from then on', () => {
    const line = (): string => logged((_, pino) => pino.info({ wishOfTheLamp: CANARY }));
    expect(line()).toContain(CANARY);
    declarePersonal(['wishOfTheLamp']);
    expect(line()).not.toContain(CANARY);
  });

  it('shows what may be shown', () => {
    const at = new Date(0);
    const lines = logged((_, pino) =>
      pino.info({ requestId: 'r', status: 200, at, deep: { list: [1, { a: null }] } }),
    );
    expect(JSON.parse(lines)).toMatchObject({
      ...{ name: 'test', requestId: 'r', status: 200, at: at.toISOString() },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      deep: { list: [1, { a: null }] },
    });
  });

  it.each(['\n', '\r\n', '\u2028', '\u001b[2K', '"}\n{"level":60,"msg":"'])(
    'is one line, whatever stands in a text: %j',
    (text) => {
      const lines = logged((logger, pino) => {
        pino.info({ route: text }, text);
        logger.warn(text, text);
      });
      expect(
        lines
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { msg: string }).msg),
      ).toEqual([text, text]);
    },
  );

  it('ends where an object refers to itself, and has no bytes', () => {
    const self: Record<string, unknown> = { bytes: Buffer.from(CANARY) };
    Object.assign(self, { self, list: [self] });
    expect(JSON.parse(logged((_, pino) => pino.info(self)))).toMatchObject({
      ...{ bytes: '[bytes]', self: '[more]', list: ['[more]'] },
    });
  });
});

describe('an error in the log', () => {
  const headers = new AxiosHeaders({ authorization: `Bearer ${CANARY}` });
  const ofCall = new AxiosError('no answer', 'ECONNABORTED', {
    ...{ headers, url: '/internal/users', data: JSON.stringify({ email: CANARY }) },
  });
  const ofDatabase = (code: string, message: string): Error =>
    new QueryFailedError(
      'insert into users values ($1)',
      [CANARY],
      Object.assign(new Error(message), { code, detail: `Key (email)=(${CANARY}) already exists.` }),
    );

  it.each([
    ['of a call has neither its headers nor its body', ofCall, 'ECONNABORTED'],
    ['of a statement has neither parameters nor details', ofDatabase('23505', 'duplicate key'), '23505'],
    ['of a value does not quote it', ofDatabase('22P02', `invalid input syntax: "${CANARY}"`), '22P02'],
  ])('%s', (_what, error, code) => {
    const lines = logged((logger, pino) => {
      logger.error(error, 'Context');
      logger.error({ requestId: 'r', ...describeError(error) });
      pino.error(error);
      pino.error({ deep: [{ cause: error }] });
    });
    expect(lines).not.toContain(CANARY);
    expect(lines.match(new RegExp(code, 'g'))!.length).toBeGreaterThanOrEqual(4);
    expect(lines).toContain('redact.spec.ts');
  });

  it('of a text that is no JSON does not quote it', () => {
    let error: unknown;
    try {
      JSON.parse(`{"a": ${CANARY}`);
    } catch (thrown) {
      error = thrown;
    }
    expect((error as Error).message).toContain(CANARY.slice(0, 5));
    expect(JSON.stringify(describeError(error))).not.toContain(CANARY.slice(0, 5));
  });

  it('that is none says so, and no more', () => {
    expect(describeError(CANARY)).toEqual({
      type: 'string',
      message: 'Something else than an error was thrown.',
    });
  });
});
