// A copy of the checkout in which a guard can be taken out: of the source, which specs read, and of the build, which
// the tests of whole processes start.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import ts from 'typescript';
import { ROOT, STATE_FOLDER } from '../checkout.mjs';

/** Always the same, so that jest finds what it has compiled before: one run at a time. */
const FOLDER = path.join(STATE_FOLDER, 'mutants');

export class Scratch {
  folder = FOLDER;

  constructor() {
    this.remove();
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT });
    const files = listed
      .toString()
      .split('\0')
      .filter((file) => file && existsSync(path.join(ROOT, file)));
    for (const file of files) cpSync(path.join(ROOT, file), path.join(FOLDER, file));
    cpSync(path.join(ROOT, 'dist'), path.join(FOLDER, 'dist'), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(FOLDER, 'node_modules'));
  }

  /** Carries `work` out without the guard, and puts it back. */
  async without({ file, edits }, work) {
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    this.put(
      file,
      edits.reduce((mutant, [from, to]) => mutant.replace(from, () => to), text),
    );
    try {
      return await work();
    } finally {
      this.put(file, text);
    }
  }

  /** Compiles a file as it is in the way in which mutants are, so that nothing but the mutation differs. */
  compileAlone({ file }) {
    this.put(file, readFileSync(path.join(FOLDER, file), 'utf8'));
  }

  put(file, text) {
    writeFileSync(path.join(FOLDER, file), text);
    const code = compiled(file, text);
    for (const one of compiledOf(file)) writeFileSync(one, withPaths(code, one));
  }

  remove() {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  }
}

/** @returns the compiled file in each of the builds that have it */
function compiledOf(file) {
  const dist = path.join(FOLDER, 'dist');
  return readdirSync(dist)
    .map((project) => path.join(dist, project, file.replace(/\.ts$/, '.js')))
    .filter((one) => existsSync(one));
}

/** One file alone, in tenths of a second; what the build's plugin adds for the description of the interface is left out. */
function compiled(file, text) {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (name) =>
    readFileSync(name, 'utf8'),
  );
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: undefined,
    sourceMap: false,
  };
  return ts.transpileModule(text, { compilerOptions, fileName: file }).outputText;
}

/** Where tsconfig.json has parts of libraries that are imported by a name of their own. */
const PARTS = { 'run-main': 'process/run-main' };

/** The build gives `@turnpike/service` and the like as paths within the project. */
function withPaths(code, file) {
  const [project] = path.relative(path.join(FOLDER, 'dist'), file).split(path.sep);
  const pathOf = (library, name) => {
    const part = PARTS[name] ?? name ?? 'index';
    const target = path.join(FOLDER, 'dist', project, 'libs', library, 'src', `${part}.js`);
    return path.relative(path.dirname(file), target);
  };
  return code.replaceAll(
    /require\("@turnpike\/(\w+)(?:\/([\w-]+))?"\)/g,
    (_, library, part) => `require("./${pathOf(library, part)}")`,
  );
}
