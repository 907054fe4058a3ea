// The tables in the documents that follow from the code are as the code says. `npm run tables` writes them.
import { DOCS_TABLES, rowsThere, writeRows } from './support/docs-tables.js';

test.each(DOCS_TABLES)('$file: $head', (table) => {
  const rows = table.rows(rowsThere(table));
  if (process.env['WRITE_TABLES']) writeRows(table, rows);
  expect(rowsThere(table)).toEqual(rows);
});
