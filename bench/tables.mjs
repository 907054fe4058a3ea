// Tables of results, for the terminal and for a document.
import { formatted } from './svg.mjs';

/** @param table `{ title, columns, rows, notes? }`; a cell is a text, a number, or null where nothing was measured */
export function asMarkdown({ title, columns, rows, notes = [] }, level = 3) {
  const head = `| ${columns.join(' | ')} |`;
  const rule = `| ${columns.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`;
  const body = rows.map((row) => `| ${row.map(cell).join(' | ')} |`);
  const remarks = notes.flatMap((note) => ['', note]);
  return [`${'#'.repeat(level)} ${title}`, '', head, rule, ...body, ...remarks, ''].join('\n');
}

export function asText({ title, columns, rows, notes = [] }) {
  const cells = [columns, ...rows.map((row) => row.map(cell))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index].length)));
  const lines = cells.map((row) =>
    row.map((value, index) => (index === 0 ? value.padEnd(widths[index]) : value.padStart(widths[index]))),
  );
  return [
    '',
    title,
    ...lines.map((line) => `  ${line.join('  ')}`),
    ...notes.map((note) => `  ${note}`),
  ].join('\n');
}

function cell(value) {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? formatted(value) : value;
}
