// `npm run bench`: all parts; `npm run bench -- lanes http`: those. Options: --runs N, --quick.
// Tables go to the terminal, figures, plots and a document to bench/results; a quick run keeps them elsewhere.
import { parseArgs } from 'node:util';
import { runScript } from '../scripts/console.mjs';
import { prepareCheckout } from './child.mjs';
import { installPeers } from './peers.mjs';

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  prepareCheckout();
  await installPeers();
  // Needs packages that a fresh clone has just installed.
  const { measureParts } = await import('./measure.mjs');
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  await measureParts(positionals, { runs, quick: values.quick });
});
process.exit();
