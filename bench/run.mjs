// `npm run bench`: all parts; `npm run bench -- lanes http`: those. Options: --runs N, --quick.
// Tables go to the terminal, figures, plots and a document to bench/results; a quick run keeps them elsewhere.
import { readArguments } from '../scripts/arguments.mjs';
import { runScript } from '../scripts/console.mjs';
import { prepareCheckout } from './child.mjs';
import { installPeers } from './peers.mjs';

const USAGE = `npm run bench [-- <part> …] [--runs N] [--quick]

Measures all parts, or those that are named: limits, lanes, http, backlog, neighbours, flood, dashboard, streams
  --runs N  how often each is measured (3)
  --quick   a short run, whose results are kept elsewhere`;

await runScript(async () => {
  const { values, positionals } = readArguments(USAGE, {
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
