// `npm run client`: makes the types of the client from what the built gateway says of itself, in
// libs/client/src/api.ts. `--check` writes nothing and fails where that file is out of date; `--from` asks a gateway that
// runs, instead of one that is started for the question.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { readArguments } from './arguments.mjs';
import { ROOT, builtEntryOf } from './checkout.mjs';
import { until } from './child.mjs';
import { Trouble, runScript } from './console.mjs';

const TYPES_FILE = path.join(ROOT, 'libs/client/src/api.ts');
const ANSWERS_WITHIN_MS = 30_000;
const STOP_WITH_PARENT = new URL('./stop-with-parent.mjs', import.meta.url).href;

const HEADER = `// Made by \`npm run client\` from the gateway's OpenAPI document; what is written here by hand is lost.\n\n`;

const USAGE = `npm run client [-- --check] [--from URL] [--file FILE]

Makes the types of the client, libs/client/src/api.ts, from what the built gateway says of itself.
  --check      writes nothing, and fails where the file is out of date
  --from URL   asks the gateway there, instead of one that is started for the question
  --file FILE  another file`;

const { values } = readArguments(USAGE, {
  options: {
    check: { type: 'boolean', default: false },
    from: { type: 'string' },
    file: { type: 'string', default: TYPES_FILE },
  },
});

await runScript(async () => {
  const document = values.from ? await read(values.from) : await fromBuild();
  const types = HEADER + astToString(await openapiTS(forClients(document), { alphabetize: true }));
  if (!values.check) writeFileSync(values.file, types);
  else if (readFileSync(values.file, 'utf8') !== types) {
    throw new Trouble(`${path.relative(ROOT, values.file)} is out of date: npm run build && npm run client`);
  }
});

/** A gateway describes itself without its database; only its limits would look there. */
async function fromBuild() {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    GATEWAY_ROLE: 'api',
    GATEWAY_DATABASE_URL: `postgres://127.0.0.1:${port}/none`,
    RATE_LIMIT_ADDRESS: '0',
    LOG_LEVEL: 'silent',
  };
  const args = ['--import', STOP_WITH_PARENT, builtEntryOf('gateway', 'main')];
  const gateway = spawn(process.execPath, args, { env, stdio: ['pipe', 'inherit', 'inherit'] });
  try {
    return await readOnceUp(`http://127.0.0.1:${port}`);
  } finally {
    gateway.kill();
  }
}

async function readOnceUp(url) {
  let document;
  const answered = await until(async () => (document = await read(url).catch(() => undefined)), {
    withinMs: ANSWERS_WITHIN_MS,
  });
  if (!answered) throw new Trouble(`the gateway did not describe itself in ${ANSWERS_WITHIN_MS / 1000} s`);
  return document;
}

async function read(url) {
  const answer = await fetch(`${url}/openapi.json`);
  if (!answer.ok) throw new Trouble(`${url}/openapi.json answers ${answer.status}`);
  return answer.json();
}

/**
 * What a client is typed by: the resources, without what is the same everywhere. Problems are thrown, and headers are
 * options of a request or members of an answer; with them the file would have four times the size.
 */
function forClients({ paths, ...document }) {
  const resources = Object.entries(paths).filter(([address]) => address.startsWith('/v1/'));
  const kept = resources.map(([address, item]) => {
    const methods = Object.entries(item).map(([method, operation]) => [method, withoutHeaders(operation)]);
    return [address, Object.fromEntries(methods)];
  });
  return { ...document, paths: Object.fromEntries(kept) };
}

function withoutHeaders({ parameters = [], responses, ...operation }) {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return {
    ...operation,
    parameters: parameters.filter((parameter) => parameter.in !== 'header'),
    responses: Object.fromEntries(
      successes.map(([status, response]) => [status, { ...response, headers: undefined }]),
    ),
  };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
