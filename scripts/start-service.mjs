// `npm run start:service -- NAME`: a service that joins, by itself, for whoever brings their own servers.
import { pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { builtEntryOf, foundServices } from './checkout.mjs';
import { Trouble, runScript } from './console.mjs';

const USAGE = `npm run start:service -- NAME

Starts a service of examples/ or services/ by itself, as its environment says: NAME_PORT, NAME_DATABASE_URL, GATEWAY_URL.`;

const { positionals } = readArguments(USAGE, { allowPositionals: true });

await runScript(async () => {
  const [name] = positionals;
  const found = foundServices();
  if (positionals.length !== 1 || !found.includes(name))
    throw new Trouble(`name one of ${found.join(', ')}: npm run start:service -- ${found[0]}`);
  await import(pathToFileURL(builtEntryOf(name, 'main')).href);
});
