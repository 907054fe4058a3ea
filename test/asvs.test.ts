// What docs/asvs.md claims is held to the standard's numbers and to the tests that it names. Nothing is started.
import { readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import LEVELS from './fixtures/asvs-5.0.0.json';

const ROOT = path.resolve(__dirname, '..');
const STATUSES = ['met', '**not met**', 'not applicable'];

interface Row {
  number: string;
  level: number;
  asks: string;
  status: string;
  how: string;
}

const text = read('docs/asvs.md');
const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, number, level, asks, status, how]): Row => ({
    ...{ number: number!, level: Number(level), asks: asks!, status: status!, how: how! },
  }),
);
const countOf = (status: string): number => rows.filter((row) => row.status === status).length;

describe('docs/asvs.md', () => {
  test('has every requirement up to level 2 once, with its level, in the order of the standard', () => {
    expect(rows.map(({ number, level }) => [number, level])).toEqual(Object.entries(LEVELS));
  });

  test('says in its head how many are met', () => {
    const [met, notMet, notApplicable] = STATUSES.map(countOf);
    expect(text).toContain(
      `${rows.length} requirements, ${met} met, ${notMet} not met, ${notApplicable} not applicable`,
    );
    expect(met! + notMet! + notApplicable!).toBe(rows.length);
  });

  test('asks in twelve words at most', () => {
    expect(rows.filter(({ asks }) => asks.split(' ').length > 12)).toEqual([]);
  });

  test('names a test or a document for all that is met', () => {
    const unproven = rows.filter(({ status, how }) => status === 'met' && !/“|\]\(/.test(how));
    expect(unproven).toEqual([]);
  });
});

describe.each(['docs/asvs.md', 'docs/security.md'])('%s', (document) => {
  test('cites tests that there are', () => {
    const cited = [...read(document).matchAll(/`([\w./-]+\.ts)` “([^”]+)”/g)];
    const wrong = cited.filter(
      ([, file, name]) => !existsSync(path.join(ROOT, file!)) || !read(file!).includes(name!),
    );
    expect(cited.length).toBeGreaterThan(20);
    expect(wrong.map(([words]) => words)).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
