import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, '../docs/model');
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const models = readdirSync(FOLDER).filter((file) => file.endsWith('.pml'));

describe('the model of the protocol', () => {
  it('tries every rule that can be taken out of it, and has them all in its description', () => {
    const rules = models.flatMap((file) => read(file).match(/\b(BUG_[A-Z0-9_]+|NO_FENCE)\b/g) ?? []);
    const [script, description] = [read('run.sh'), read('README.md')];
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter((rule) => !script.includes(`-D${rule}`))).toEqual([]);
    expect(rules.filter((rule) => !description.includes(`\`${rule}\``))).toEqual([]);
  });

  it('stands for code that is there', () => {
    const named = read('README.md').match(/\b(gateway|libs|identity|ordering)\/[\w./-]+\.ts\b/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    for (const file of named) expect(() => readFileSync(path.join(FOLDER, '../..', file))).not.toThrow();
  });

  const missing = ['spin -V', 'gcc --version']
    .map((command) => command.split(' '))
    .find(([command, flag]) => spawnSync(command!, [flag!]).error)?.[0];
  if (missing === undefined) {
    it('holds, and does not hold without any one of its rules', holds, 300_000);
  } else if (process.env['CI'] === 'true') {
    it('holds, and does not hold without any one of its rules', () => {
      throw new Error(`${missing} is missing: apt-get install spin gcc`);
    });
  } else {
    process.stderr.write(`The model is not checked, ${missing} is missing: apt-get install spin gcc\n`);
  }
});

/** Every line of the quick part says pass: a space without an error, or a rule's loss that was found. */
async function holds(): Promise<void> {
  const { code, lines } = await runQuick();
  expect(lines.filter((line) => !line.startsWith('pass '))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('pass ok ')).length).toBeGreaterThan(8);
  expect(lines.filter((line) => line.startsWith('pass found ')).length).toBeGreaterThan(25);
  expect(code).toBe(0);
}

/** At the lowest priority: beside it run tests in which time matters. */
function runQuick(): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    execFile('nice', ['-n', '19', path.join(FOLDER, 'run.sh'), 'quick'], (error, stdout) =>
      resolve({ code: error ? 1 : 0, lines: stdout.trim().split('\n') }),
    );
  });
}
