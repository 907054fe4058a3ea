// `npm run build`: every process and the dashboard. Services that join are found in their folders, and are built as those
// of the shop are, without an entry in any list.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { ROOT, folderOf, foundServices } from './checkout.mjs';
import { Trouble, runScript } from './console.mjs';

const USAGE = `npm run build [-- NAME …]

Compiles the processes and builds the dashboard, or compiles the projects of these names alone.`;

/** What is made for the compiler. It reads a file for each project. */
const MADE_FOLDER = path.join(ROOT, 'dist/.projects');

/** All projects as one, and where its output lies until each has got its part. */
const ALL = 'all';
const ALL_FOLDER = path.join(ROOT, 'dist/.all');

const { positionals } = readArguments(USAGE, { allowPositionals: true });

await runScript(async () => {
  const { file, projects } = makeConfig();
  const unknown = positionals.find((name) => !Object.hasOwn(projects, name));
  if (unknown)
    throw new Trouble(`there is no project ${unknown} to build: ${Object.keys(projects).join(', ')}`);
  const compile = (...names) => run('@nestjs/cli/bin/nest.js', 'build', '--config', file, ...names);
  if (positionals.length > 0) return compile(...positionals);
  compile(ALL);
  for (const [name, { root }] of Object.entries(projects)) giveItsPart(name, root);
  rmSync(ALL_FOLDER, { recursive: true });
  run('vite/bin/vite.js', 'build', 'dashboard');
});

/** Each project has the libraries in its own folder. To compile them anew for each took three times as long. */
function giveItsPart(name, folder) {
  const libs = readdirSync(path.join(ALL_FOLDER, 'libs')).filter(
    (lib) => lib !== 'engine' || name === 'gateway',
  );
  for (const part of [folder, ...libs.map((lib) => `libs/${lib}`)]) {
    cpSync(path.join(ALL_FOLDER, part), path.join(ROOT, 'dist', name, part), { recursive: true });
  }
}

/** nest-cli.json has the processes of the system; the services that are found are put beside them, and all as one. */
function makeConfig() {
  mkdirSync(MADE_FOLDER, { recursive: true });
  const config = JSON.parse(readFileSync(path.join(ROOT, 'nest-cli.json'), 'utf8'));
  const { projects } = config;
  for (const name of foundServices()) {
    projects[name] = projectOf(
      name,
      folderOf(name),
      compilationOf([folderOf(name)], `dist/${name}`, ['engine']),
    );
  }
  const folders = Object.values(projects).map(({ root }) => root);
  const all = projectOf(ALL, '.', compilationOf(folders, path.relative(ROOT, ALL_FOLDER)));
  const file = path.join(MADE_FOLDER, 'nest-cli.json');
  writeFileSync(file, JSON.stringify({ ...config, projects: { ...projects, [ALL]: all } }));
  return { file: path.relative(ROOT, file), projects };
}

function projectOf(name, folder, compilation) {
  const file = path.join(MADE_FOLDER, `${name}.json`);
  writeFileSync(file, JSON.stringify(compilation));
  return {
    type: 'application',
    root: folder,
    sourceRoot: `${folder}/src`,
    entryFile: 'main',
    compilerOptions: { tsConfigPath: path.relative(ROOT, file) },
  };
}

/** @param without libraries that are left out */
function compilationOf(folders, outDir, without = []) {
  return {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: { rootDir: ROOT, outDir: path.join(ROOT, outDir) },
    include: [...folders, 'libs/*'].map((folder) => path.join(ROOT, folder, 'src/**/*.ts')),
    exclude: ['client', ...without]
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
