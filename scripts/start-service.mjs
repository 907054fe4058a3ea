// `npm run start:service -- NAME`: a service that joins, by itself, for whoever brings their own servers.
import { pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { builtEntryOf, foundServices, joiningFrom } from './checkout.mjs';
import { Trouble, runScript } from './console.mjs';

const USAGE = `npm run start:service -- NAME

Starts a service of examples/ or services/ by itself, as its environment says: NAME_PORT, NAME_DATABASE_URL, GATEWAY_URL.`;

const { positionals } = readArguments(USAGE, { allowPositionals: true });

await runScript(async () => {
  const [name, ...others] = joiningFrom(positionals);
  if (!name || others.length > 0) throw new Trouble(`name one of ${foundServices().join(', ')}`);
  await import(pathToFileURL(builtEntryOf(name, 'main')).href);
});
