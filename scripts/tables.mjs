// `npm run tables`: writes the tables in the documents that follow from the code. `npm test` fails where one is out of date.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './checkout.mjs';

const JEST = path.join(ROOT, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(process.execPath, [JEST, 'test/docs-tables.test.ts'], {
  cwd: ROOT,
  env: { ...process.env, WRITE_TABLES: '1' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
