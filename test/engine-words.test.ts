// The engine carries out what any application has, and knows none. Nothing is started.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const ENGINE = path.resolve(__dirname, '../libs/engine/src');

/** Words of this shop: the engine would be no other one's. An order in which things stand is none of them. */
const OF_THE_SHOP = [
  /\borders\b|\border(Id|View|ing)\b|['"`]order[.'"`]|\b(an|this) order\b(?! (of|in|by|that))/i,
  /invoice|billing|customer|e-?mail/i,
  /\b(user|customer|order|invoice)\.(register|update|change|place|pay|ship|deliver|cancel|issue|void|set-)/,
  /RegisterUser|registerUser|@turnpike\/contracts/,
];

/** What was done to the ledger before it was an engine's stays as it was. */
const PAST = `${path.join(ENGINE, 'ledger/migrations')}${path.sep}`;

function sourcesBelow(entry: string): string[] {
  if (!statSync(entry).isDirectory()) return /(?<!\.spec)\.ts$/.test(entry) ? [entry] : [];
  return readdirSync(entry).flatMap((name) => sourcesBelow(path.join(entry, name)));
}

const sources = sourcesBelow(ENGINE).filter((file) => !file.startsWith(PAST));

test('there are sources to look at', () => expect(sources.length).toBeGreaterThan(150));

test.each(OF_THE_SHOP)('no source of the engine has %s', (word) => {
  const found = sources.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        word.test(line) ? [`${path.relative(ENGINE, file)}:${at + 1} ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});
