// Preloaded by `npm run start:<project>`: says what to do when there is nothing to start yet.
import { existsSync } from 'node:fs';
import path from 'node:path';

const [, entry] = process.argv;
if (!existsSync(entry)) {
  console.error(`${path.relative(process.cwd(), entry)} is missing: npm ci && npm run build`);
  process.exit(1);
}
