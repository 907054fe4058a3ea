// `npm run ledger -- …`: emergencies, straight at the ledger. What is not given is that of a running `npm start`.
import { spawn } from 'node:child_process';
import { SECRETS_FILE, builtEntryOf } from './checkout.mjs';
import { runScript } from './console.mjs';
import { embeddedServer, readIfThere } from './embedded-address.mjs';

await runScript(async () => {
  const args = [builtEntryOf('gateway', 'ledger-command'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { env: environment(process.env), stdio: 'inherit' });
  process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
});

/** In production nothing is looked for: what is missing is said. */
function environment(given) {
  if (given.NODE_ENV === 'production' || given.GATEWAY_DATABASE_URL) return given;
  const server = embeddedServer();
  const secrets = readIfThere(SECRETS_FILE);
  return {
    ...given,
    ...(server && { GATEWAY_DATABASE_URL: `${server}/gateway` }),
    ...(secrets && missingOf(given, JSON.parse(secrets))),
  };
}

/** What a command needs of the secrets of `npm start`. */
function missingOf(given, { DATA_KEY, SERVICE_SIGNING_KEY }) {
  const kept = Object.entries({ DATA_KEY, SERVICE_SIGNING_KEY });
  return Object.fromEntries(kept.filter(([name]) => !given[name]));
}
