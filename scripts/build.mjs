// `npm run build`: every process and the dashboard. Services that join are found in their folders, and are built as those
// of the shop are, without an entry in any list.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { ROOT, folderOf, foundServices } from './checkout.mjs';
import { Trouble, runScript } from './console.mjs';

const USAGE = `npm run build [-- NAME …]

Compiles the processes and builds the dashboard, or compiles the projects of these names alone.`;

/** What is made for the compiler. It reads a file for each project. */
const MADE_FOLDER = path.join(ROOT, 'dist/.projects');

const { positionals } = readArguments(USAGE, { allowPositionals: true });

await runScript(async () => {
  const { file, projects } = makeConfig();
  const unknown = positionals.find((name) => !Object.hasOwn(projects, name));
  if (unknown)
    throw new Trouble(`there is no project ${unknown} to build: ${Object.keys(projects).join(', ')}`);
  const names = positionals.length > 0 ? positionals : ['--all'];
  run('@nestjs/cli/bin/nest.js', 'build', '--config', file, ...names);
  if (positionals.length === 0) run('vite/bin/vite.js', 'build', 'dashboard');
});

/** nest-cli.json has the processes of the system; the services that are found are put beside them. */
function makeConfig() {
  mkdirSync(MADE_FOLDER, { recursive: true });
  const config = JSON.parse(readFileSync(path.join(ROOT, 'nest-cli.json'), 'utf8'));
  for (const name of foundServices()) config.projects[name] = projectOf(name);
  const file = path.join(MADE_FOLDER, 'nest-cli.json');
  writeFileSync(file, JSON.stringify(config));
  return { file: path.relative(ROOT, file), projects: config.projects };
}

function projectOf(name) {
  const folder = folderOf(name);
  const file = path.join(MADE_FOLDER, `${name}.json`);
  writeFileSync(file, JSON.stringify(compilationOf(name, folder)));
  return {
    type: 'application',
    root: folder,
    sourceRoot: `${folder}/src`,
    entryFile: 'main',
    compilerOptions: { tsConfigPath: path.relative(ROOT, file) },
  };
}

function compilationOf(name, folder) {
  return {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: { rootDir: ROOT, outDir: path.join(ROOT, 'dist', name) },
    include: [path.join(ROOT, folder, 'src/**/*.ts'), path.join(ROOT, 'libs/*/src/**/*.ts')],
    exclude: ['client', 'engine']
      .map((lib) => path.join(ROOT, 'libs', lib))
      .concat(path.join(ROOT, '**/*.spec.ts')),
  };
}

/** By its script, since who runs this need not have come by npm. */
function run(script, ...args) {
  const command = [path.join(ROOT, 'node_modules', script), ...args];
  const { status, signal } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Trouble(`${path.basename(script, '.js')} failed (${signal ?? status})`);
}
