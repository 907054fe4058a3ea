// The tables in the documents that follow from the code: `npm run tables` writes them.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RELATIONS } from '@turnpike/contracts';
import { RELATION_EVENTS } from '@turnpike/protocol';
import { sagaOf } from '../../libs/engine/src/definitions/lifecycle-sagas.js';
import type { Route } from '../../libs/engine/src/request/route-actions.js';
import { matrix, PERSONS } from './authorisation-matrix.js';
import { routesInCode } from './routes-in-code.js';
import { ACTIONS, SHOP } from './shop.js';

const ROOT = path.resolve(__dirname, '../..');

type Row = readonly string[];

export interface DocsTable {
  file: string;
  /** The cells of its first line, by which it is found. */
  head: Row;
  /** @param there the rows that stand there, for what people have written in them */
  rows: (there: readonly Row[]) => readonly Row[];
}

const DONE_ONCE = 'the same operation, by its `Idempotency-Key`';

export const DOCS_TABLES = {
  relations: {
    file: 'docs/relations.md',
    head: ['relation', ...RELATION_EVENTS],
    rows: () =>
      RELATIONS.map((relation) => [relation.name, ...RELATION_EVENTS.map((event) => relation[event].kind)]),
  },
  sagas: {
    file: 'docs/relations.md',
    head: ['event', 'steps'],
    rows: () => RELATION_EVENTS.map((event) => [event, quoted(sagaOf(event, SHOP))]),
  },
  actions: {
    file: 'docs/authorisation.md',
    head: ['action', 'who may'],
    rows: () => ACTIONS.map(({ name, allow }) => [quoted([name]), allow.join(', ')]),
  },
  matrix: { file: 'docs/authorisation.md', head: ['action', ...PERSONS], rows: matrix },
  routes: {
    file: 'docs/authorisation.md',
    head: ['route', 'action'],
    rows: () =>
      routesInCode()
        .toSorted(byPath)
        .map(({ address, actions }) => [
          quoted([address]),
          actions === 'public' ? actions : quoted(actions!.map(({ name }) => name)),
        ]),
  },
  repetitions: {
    file: 'docs/api.md',
    head: ['request', 'what happens when it is sent again because its answer was lost'],
    rows: repetitions,
  },
} satisfies Record<string, DocsTable>;

/**
 * Of routes that change something: a write is done once by its key; what else there is to say people have written.
 * @throws Error for a route that is no write and of which nothing is said
 */
function repetitions(there: readonly Row[]): readonly Row[] {
  const said = new Map(there.map(([request, what]) => [request, what]));
  const changing = routesInCode().filter(({ address }) => !address.startsWith('GET '));
  return changing.toSorted(byPath).map((route) => {
    const request = quoted([route.address]);
    const what = said.get(request) ?? (isWrite(route) ? DONE_ONCE : undefined);
    if (what === undefined) throw new Error(`docs/api.md says nothing of ${route.address}.`);
    if (what.startsWith(DONE_ONCE) !== isWrite(route))
      throw new Error(`docs/api.md is wrong about ${request}.`);
    return [request, what];
  });
}

function isWrite({ actions }: Route): boolean {
  return actions !== 'public' && SHOP.clientKinds.some((kind) => kind === actions?.[0]?.name);
}

function byPath(a: Route, b: Route): number {
  const key = ({ address }: Route): string => address.split(' ').reverse().join(' ');
  return key(a) < key(b) ? -1 : 1;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

/** @returns the rows that stand there now */
export function rowsThere({ file, head }: DocsTable): readonly Row[] {
  const { rows } = split(file, head);
  return rows
    .split('\n')
    .filter(Boolean)
    .map((line) => line.slice(2, -2).split(' | '));
}

/** Puts the rows in the place of those that stand there. */
export function writeRows({ file, head }: DocsTable, rows: readonly Row[]): void {
  const { before, after } = split(file, head);
  writeFileSync(path.join(ROOT, file), `${before}${rows.map(lineOf).join('')}${after}`);
}

function split(file: string, head: Row): { before: string; rows: string; after: string } {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const start = lineOf(head) + lineOf(head.map(() => '---'));
  const at = text.indexOf(start);
  if (at < 0) throw new Error(`${file} has no table that begins with ${lineOf(head)}`);
  const body = at + start.length;
  const [rows] = /^(?:\|.*\n)*/.exec(text.slice(body))!;
  return { before: text.slice(0, body), rows, after: text.slice(body + rows.length) };
}

function lineOf(cells: Row): string {
  return `| ${cells.join(' | ')} |\n`;
}
