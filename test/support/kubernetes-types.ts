// Manifests are held to Kubernetes' own description by the compiler: an object that is written down as a literal may have
// no member that its type does not have. The validators of the same packages let unknown members pass.
import path from 'node:path';
import ts from 'typescript';
import type { Manifest } from './kustomize.js';

const FILE = path.resolve(__dirname, 'manifests-under-test.ts');

const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** @returns what is wrong with them, one line each */
export function complaintsOf(manifests: readonly Manifest[]): string[] {
  const source = manifests.map(literalOf).join('\n');
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === FILE || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === FILE ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2023) : getSourceFile(file, ...rest);
  const program = ts.createProgram([FILE], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start = 0 }) => {
    const name = manifests[source.slice(0, start).split('\n').length - 1]?.metadata.name;
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** In one line, so that the line of a complaint says which it is. */
function literalOf(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const library = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const type = `import('${library}/${apiVersion}').I${kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
}
