// The table of guards in docs/security.md, which says of each what it is and which test proves it.

export const DOCUMENT = 'docs/security.md';

const HEAD = '| guard | what it keeps | proof |\n| --- | --- | --- |\n';
const TABLE = /\| guard \| what it keeps \| proof \|\n(\|.*\n)+/;

/** @returns the document with the table of these guards in the place of the one that it has */
export function withTable(text, guards) {
  return text.replace(TABLE, () => HEAD + guards.map(rowOf).join(''));
}

function rowOf({ name, is, tests }) {
  const proof = tests.map(([file, test]) => `\`${file}\` “${test}”`).join('; ');
  return `| ${name} | ${is} | ${proof} |\n`;
}
