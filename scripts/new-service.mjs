// `npm run new-service -- NAME`: a service that starts, with one operation and its test.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { PROJECTS, ROOT, foundServices } from './checkout.mjs';
import { Trouble, runScript } from './console.mjs';
import { FIRST_PORT } from './settings.mjs';

const USAGE = `npm run new-service -- NAME

Writes services/NAME: a service that starts and joins, with one operation and its test. docs/adding-a-service.md goes on from there.`;

const TEMPLATES = path.join(ROOT, 'scripts/new-service');

/** As manifests have them, and as databases and variables can be named after. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME = 30;

const { positionals } = readArguments(USAGE, { allowPositionals: true });

await runScript(async () => {
  const [name = '', ...others] = positionals;
  if (others.length > 0 || !NAME.test(name) || name.length > MAX_NAME)
    throw new Trouble(`name it in lower case: npm run new-service -- gift-cards`);
  const folder = path.join(ROOT, 'services', name);
  if ([...PROJECTS, ...foundServices()].includes(name) || existsSync(folder))
    throw new Trouble(`there is a service ${name} already`);
  await write(path.join(folder, 'src'), wordsFor(name));
  console.log(
    `services/${name} is written. It joins by npm start -- ${name}; npm test -- services/${name} tests it.`,
  );
});

async function write(folder, words) {
  mkdirSync(folder, { recursive: true });
  for (const template of readdirSync(TEMPLATES)) {
    const file = path.join(folder, path.basename(template, '.txt'));
    const text = readFileSync(path.join(TEMPLATES, template), 'utf8');
    const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, word) => words[word]);
    writeFileSync(file, await formatted(file, filled));
  }
}

/** A long name makes long lines. Imported only now, for whoever has not installed anything yet. */
async function formatted(filepath, text) {
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

/** What stands in the templates' places. The port is the one that `npm start` gives to the next service. */
function wordsFor(name) {
  return {
    name,
    Name: name[0].toUpperCase() + name.slice(1).replaceAll('-', ' '),
    Migration: `Entries${Date.now()}`,
    port: FIRST_PORT + PROJECTS.length + foundServices().length,
  };
}
