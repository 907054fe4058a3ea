// `npm run sbom`: prints the bill of materials (CycloneDX) of what production installs, from the lock file, without
// network. npm's own `--omit dev` leaves out every package that development needs, too, the framework among them; so
// npm lists everything, and what the lock file marks as development's alone is left out here.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { readArguments } from './arguments.mjs';
import { ROOT } from './checkout.mjs';

const FULL = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const MAX_BYTES = 64 * 1024 * 1024;

const USAGE = `npm run sbom

Prints the bill of materials (CycloneDX) of what production installs. It takes no arguments.`;

readArguments(USAGE);
const { stdout } = await promisify(execFile)('npm', FULL, { cwd: ROOT, maxBuffer: MAX_BYTES });
console.log(JSON.stringify(productionOf(JSON.parse(stdout)), null, 2));

function productionOf(bill) {
  const production = productionIds();
  const components = bill.components.filter(({ 'bom-ref': ref }) => production.has(ref));
  const kept = new Set([bill.metadata.component['bom-ref'], ...components.map(({ 'bom-ref': ref }) => ref)]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  return { ...bill, components, dependencies };
}

function productionIds() {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);
  return new Set(
    entries.map(([folder, { version }]) => `${folder.split('node_modules/').at(-1)}@${version}`),
  );
}
