// `npm run storefront`: the example page, built and served until Ctrl-C. What the page asks of the gateway goes through
// the server of the page, so that the gateway needs to allow no other origin.
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { ROOT } from './checkout.mjs';
import { Trouble, runScript, step } from './console.mjs';

const CONFIG_FILE = path.join(ROOT, 'examples/storefront/vite.config.mts');
const ANSWERS_WITHIN_MS = 3_000;

const USAGE = `npm run storefront [-- --port PORT]

Builds the example page and serves it until Ctrl-C. Its gateway is that of GATEWAY_URL, or http://127.0.0.1:3000.`;

const { values } = readArguments(USAGE, { options: { port: { type: 'string' } } });

await runScript(async () => {
  const { build, preview } = await import('vite').catch(refuseWithoutPackages);
  // Always: it takes less than a second, and the address of the gateway is part of what is built.
  await step('Building the storefront', () => build({ configFile: CONFIG_FILE }));
  const server = await preview({ configFile: CONFIG_FILE, preview: portFrom(values) }).catch(sayIfTaken);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => void stop(server));
  console.log(`The storefront is at ${server.resolvedUrls.local[0]} (Ctrl-C stops it)`);
  await warnWithoutGateway(gatewayOf(server));
});

function portFrom({ port }) {
  if (port === undefined) return {};
  if (/^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65_536) return { port: Number(port) };
  throw new Trouble(`--port must be a port number, not "${port}"`);
}

/** As the page finds it, or else as the server of the page does. */
function gatewayOf({ config }) {
  return config.env['VITE_GATEWAY_URL'] || config.preview.proxy['/v1'];
}

/** The page is served all the same: it says itself that the shop cannot be reached, until the gateway is up. */
async function warnWithoutGateway(url) {
  try {
    const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    await answer.body?.cancel();
  } catch {
    console.error(`No gateway answers at ${url}: npm start, or set GATEWAY_URL to where it is`);
  }
}

/** Streams of events never end by themselves: they are cut off with the process. */
async function stop(server) {
  await server.close();
  process.exit();
}

function sayIfTaken(error) {
  if (/already in use/.test(error.message)) {
    throw new Trouble(`${error.message.toLowerCase()}: npm run storefront -- --port 5174`);
  }
  throw error;
}

function refuseWithoutPackages(error) {
  if (error.code === 'ERR_MODULE_NOT_FOUND') throw new Trouble('packages are missing: npm ci');
  throw error;
}
