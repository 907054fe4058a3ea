// The tables in the documents that follow from the code are as the code says. `npm run tables` writes them.
import { DOCS_TABLES, type DocsTable, rowsThere, writeRows } from './support/docs-tables.js';

test.each<[string, DocsTable]>([
  ['docs/relations.md declares what the code declares', DOCS_TABLES.relations],
  ['docs/relations.md has the steps that the code computes', DOCS_TABLES.sagas],
  ['docs/authorisation.md says of every action who may', DOCS_TABLES.actions],
  ['docs/authorisation.md has the matrix of who is answered what', DOCS_TABLES.matrix],
  ['docs/authorisation.md has every route, with its action', DOCS_TABLES.routes],
  [
    'docs/api.md says of every route that changes something what happens when it is asked again',
    DOCS_TABLES.repetitions,
  ],
])('%s', (_says, table) => {
  const rows = table.rows(rowsThere(table));
  if (process.env['WRITE_TABLES']) writeRows(table, rows);
  expect(rowsThere(table)).toEqual(rows);
});
