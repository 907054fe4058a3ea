// Where results are kept: for each part its figures and a plot, and one document over all parts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../scripts/checkout.mjs';
import { barPlot } from './svg.mjs';
import { asMarkdown } from './tables.mjs';
import { targetTable } from './targets.mjs';

export const RESULTS = path.join(ROOT, 'bench/results');

/** Writes down what a part has found; `found` is all that its description needs. */
export function keep(name, part, found, folder = RESULTS) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(found, null, 2)}\n`);
  writeFileSync(path.join(folder, `${name}.svg`), barPlot(part.describe(found).plot));
}

/** The document over all parts that were ever measured here. */
export function writeDocument(parts, folder = RESULTS) {
  const found = Object.entries(parts).flatMap(([name, part]) => {
    const file = path.join(folder, `${name}.json`);
    if (!existsSync(file)) return [];
    const data = JSON.parse(readFileSync(file, 'utf8'));
    return [{ name, data, ...part.describe(data) }];
  });
  const targets = found.flatMap((part) => part.targets);
  const text = [HEAD, asMarkdown(targetTable(targets), 2), ...found.map(sectionOf)].join('\n');
  writeFileSync(path.join(folder, 'README.md'), text);
}

const HEAD = `# Results of the benchmarks

Written by \`npm run bench\`; a part that is measured again replaces its section. Every figure is the median of the
runs. PostgreSQL and Redis are real servers on the same machine, and PostgreSQL flushes each commit to the disk.
`;

function sectionOf({ name, title, data, tables }) {
  const { machine, runCount, quick } = data;
  const on = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Node.js ${machine.node}, PostgreSQL ${machine.postgres}, Redis ${machine.redis}`;
  const when = `${machine.date}, commit ${machine.commit}, ${runCount} ${runCount === 1 ? 'run' : 'runs'}`;
  const small = quick ? ['', 'A quick run, for trying out: its figures mean nothing.'] : [];
  const plot = `![${title}](${name}.svg)`;
  return [
    `## ${title}`,
    '',
    `${on}.\n${when}.`,
    ...small,
    '',
    plot,
    '',
    ...tables.map((table) => asMarkdown(table)),
  ].join('\n');
}
