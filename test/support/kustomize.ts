// The little of kustomize that deploy/kubernetes uses, so that what is applied can be looked at without it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: any;
  data?: Record<string, string>;
}

interface Change {
  op: 'add' | 'replace' | 'remove' | 'test';
  path: string;
  value?: unknown;
}

interface Kustomization {
  resources?: string[];
  components?: string[];
  patches?: { target: { kind: string; name: string }; patch?: string; path?: string }[];
  images?: { name: string; newName: string; newTag: string }[];
  configMapGenerator?: { name: string; files: string[] }[];
}

/** What else stands in a kustomization here and changes nothing that is looked at. */
const KNOWN = ['apiVersion', 'kind', 'namespace'];
const CARRIED_OUT = ['resources', 'components', 'patches', 'images', 'configMapGenerator'];

/** @throws Error for a file that is missing, a patch without a target or that does not fit, or what is not carried out */
export function buildManifests(folder: string): Manifest[] {
  return build(folder, []);
}

function build(folder: string, before: Manifest[]): Manifest[] {
  const kustomization = parse(read(folder, 'kustomization.yaml')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((key) => ![...KNOWN, ...CARRIED_OUT].includes(key));
  if (unknown.length > 0)
    throw new Error(`${folder} has ${unknown.join(', ')}, which is not carried out here`);
  const {
    resources = [],
    components = [],
    patches = [],
    images = [],
    configMapGenerator = [],
  } = kustomization;
  let manifests = [...before, ...resources.flatMap((name) => load(path.join(folder, name)))];
  manifests.push(...configMapGenerator.map((generator) => configMapOf(folder, generator)));
  for (const component of components) manifests = build(path.join(folder, component), manifests);
  for (const { target, patch, path: file } of patches) {
    const changes = parse(patch ?? read(folder, file!)) as Change[];
    targetsOf(manifests, target).forEach((manifest) =>
      changes.forEach((change) => carryOut(manifest, change)),
    );
  }
  for (const { name, newName, newTag } of images) rename(manifests, name, `${newName}:${newTag}`);
  return manifests;
}

function load(source: string): Manifest[] {
  if (!source.endsWith('.yaml')) return build(source, []);
  const documents = parseAllDocuments(readFileSync(source, 'utf8'));
  return documents.map((document) => document.toJS() as Manifest);
}

function configMapOf(folder: string, { name, files }: { name: string; files: string[] }): Manifest {
  const data = Object.fromEntries(files.map((file) => [file, read(folder, file)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function targetsOf(manifests: Manifest[], target: { kind: string; name: string }): Manifest[] {
  const name = new RegExp(`^(${target.name})$`);
  const found = manifests.filter(({ kind, metadata }) => kind === target.kind && name.test(metadata.name));
  if (found.length === 0) throw new Error(`there is no ${target.kind} ${target.name} to patch`);
  return found;
}

/** RFC 6902, without moving and copying. */
function carryOut(manifest: Manifest, { op, path: pointer, value }: Change): void {
  const keys = pointer.slice(1).split('/');
  const last = keys.pop()!;
  const parent = keys.reduce<any>((node, key) => node?.[key], manifest);
  if (parent === undefined || (op !== 'add' && !(last in parent))) {
    throw new Error(`${manifest.metadata.name} has no ${pointer}`);
  }
  if (op === 'test' && parent[last] !== value)
    throw new Error(`${manifest.metadata.name} has another ${pointer}`);
  if (op === 'test') return;
  if (op === 'remove') delete parent[last];
  else if (op === 'add' && last === '-') parent.push(structuredClone(value));
  else if (op === 'add' && Array.isArray(parent)) parent.splice(Number(last), 0, structuredClone(value));
  else parent[last] = structuredClone(value);
}

function rename(manifests: Manifest[], image: string, newImage: string): void {
  for (const { spec } of manifests) {
    const containers = (spec?.template?.spec?.containers ?? []) as { image: string }[];
    for (const container of containers.filter((one) => one.image === image)) container.image = newImage;
  }
}

function read(folder: string, name: string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  return readFileSync(file, 'utf8');
}
