// Preloaded by `npm run start:<project>`: says what to do when there is nothing to start yet, or too much was said.
import { existsSync } from 'node:fs';
import path from 'node:path';

const [, entry, ...others] = process.argv;
if (others.length > 0) {
  console.error(
    `A process takes no arguments, and ${others.join(' ')} is one: README.md lists the environment that it reads`,
  );
  process.exit(2);
}
if (!existsSync(entry)) {
  console.error(`${path.relative(process.cwd(), entry)} is missing: npm ci && npm run build`);
  process.exit(1);
}
