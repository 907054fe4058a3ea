import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const LOGGING = path.resolve(__dirname, '../dist/identity/libs/service/src/process/logging.js');
const RUN_MAIN = path.resolve(__dirname, '../dist/identity/libs/service/src/process/run-main.js');
const LINES = 1000;

/** Writes more lines than are buffered, and then ends as it is told to. */
function loggingProcess(lines: number, end: string) {
  const script = `const logger = require(${JSON.stringify(LOGGING)}).createLogger('test', 'info');
    for (let line = 0; line < ${lines}; line += 1) logger.info({ line });
    ${end}`;
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
}

describe('the log', () => {
  it.each([
    ['a process that has nothing more to do', ''],
    ['process.exit', 'process.exit(0)'],
    ['process.exit, later', 'setTimeout(() => process.exit(0), 50)'],
    ['an error that nobody caught', 'throw new Error("unforeseen")'],
    ['a promise that nobody caught', 'void Promise.reject(new Error("unforeseen"))'],
  ])('has every line at the end of %s', async (_what, end) => {
    const child = loggingProcess(LINES, end);
    const output = Buffer.concat(await child.stdout.toArray()).toString();
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line);
    expect(lines).toEqual([...Array(LINES).keys()]);
  });

  it('shows a line soon, though no other follows it', async () => {
    const child = loggingProcess(1, 'setInterval(() => undefined, 60_000)');
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    expect(JSON.parse(chunk.toString())).toMatchObject({ level: 30, name: 'test', line: 0 });
  });

  it.each([
    ['thrown later', 'setTimeout(() => { throw error; }); await new Promise(() => undefined);'],
    ['that a promise was refused with', 'void Promise.reject(error);'],
    ['that the start has thrown', 'throw error;'],
  ])('shows of an error %s where it comes from, and nothing that it carries', async (_what, raise) => {
    const script = `require(${JSON.stringify(RUN_MAIN)}).runMain(async () => {
      const error = Object.assign(new Error('unforeseen'), { config: { headers: { authorization: 'canary' } } });
      ${raise}
    });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    const outputs = await Promise.all([child.stdout, child.stderr].map((stream) => stream.toArray()));
    const output = Buffer.concat(outputs.flat() as Buffer[]).toString();
    expect(output).toContain('Error: unforeseen');
    expect(output).toContain('    at ');
    expect(output).not.toContain('canary');
    expect((await exited)[0]).toBe(1);
  });
});
