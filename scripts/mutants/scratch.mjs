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
    const files = [path.join(FOLDER, file), ...compiledOf(file)];
    const texts = files.map((one) => readFileSync(one, 'utf8'));
    const mutant = edits.reduce((text, [from, to]) => text.replace(from, () => to), texts[0]);
    writeFileSync(files[0], mutant);
    const code = compiled(file, mutant);
    for (const one of files.slice(1)) writeFileSync(one, code);
    try {
      return await work();
    } finally {
      files.forEach((one, index) => writeFileSync(one, texts[index]));
    }
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
