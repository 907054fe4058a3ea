// Writes behind the tag of every image from outside the digest that its registry has for it now: `npm run images`. A tag can be
// given to another image, a digest cannot. Run it where the registry can be reached, look at what has changed, and commit it;
// run it again for the patches of a base image, which a digest no longer brings by itself.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL, URLSearchParams } from 'node:url';
import { readArguments } from '../scripts/arguments.mjs';
import { ROOT } from '../scripts/checkout.mjs';
import { Trouble, runScript } from '../scripts/console.mjs';

/** Where images are named. Ours is not: whoever deploys it knows its digest. */
export const FILES = [
  'Dockerfile',
  'docker-compose.yml',
  'deploy/compose.observability.yml',
  'deploy/kubernetes/overlays/redis-cluster/redis.yaml',
];

const HUB = 'https://registry-1.docker.io';

/** `ARG NODE=` or `image:`, then name, tag, and a digest from before. */
const IMAGE = /^(\s*image: |ARG \w+=)([a-z0-9./_-]+):([\w.-]+)(@sha256:[0-9a-f]{64})?$/gm;

/** Of an image for several processors the list of them, and of others the one. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const ANSWER_WITHIN_MS = 20_000;

const USAGE = `npm run images [-- --registry URL] [-- --root FOLDER]

Writes the digests that Docker Hub, or another registry, has for the tags of the images in ${FILES.join(', ')}.`;

/** @returns what was pinned, `name:tag@digest` each. Nothing is written if one of them cannot be had. */
export async function pinImages(root, registry) {
  const texts = FILES.map((file) => readFileSync(path.join(root, file), 'utf8'));
  const named = texts.flatMap((text) => [...text.matchAll(IMAGE)]);
  const tagged = [...new Set(named.map(([, , name, tag]) => `${name}:${tag}`))];
  const pins = await Promise.all(tagged.map(async (one) => [one, await digestOf(one, registry)]));
  const digests = Object.fromEntries(pins);
  const pinned = (_, before, name, tag) => `${before}${name}:${tag}@${digests[`${name}:${tag}`]}`;
  for (const [index, file] of FILES.entries())
    writeFileSync(path.join(root, file), texts[index].replace(IMAGE, pinned));
  return pins.map((pin) => pin.join('@'));
}

async function digestOf(image, registry) {
  const [name, tag] = image.split(':');
  const url = `${registry}/v2/${name.includes('/') ? name : `library/${name}`}/manifests/${tag}`;
  const asked = await ask(url, {});
  const answer = asked.status === 401 ? await ask(url, await authorization(asked)) : asked;
  const digest = answer.headers.get('docker-content-digest');
  if (answer.ok && /^sha256:[0-9a-f]{64}$/.test(digest ?? '')) return digest;
  throw new Trouble(`${registry} has no digest for ${image} (${answer.status})`);
}

/** A registry tells where a token for that image is given to everybody. */
async function authorization({ headers }) {
  const challenge = headers.get('www-authenticate') ?? '';
  const part = (name) => new RegExp(`${name}="([^"]+)"`).exec(challenge)?.[1] ?? '';
  if (!part('realm')) throw new Trouble('the registry asks for an authorization that nobody has told of');
  const query = new URLSearchParams({ service: part('service'), scope: part('scope') });
  const answer = await fetch(`${part('realm')}?${query}`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const { token } = await answer.json();
  return { authorization: `Bearer ${token}` };
}

function ask(url, headers) {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return fetch(url, { method: 'HEAD', headers: { accept: MANIFESTS, ...headers }, signal }).catch((error) => {
    throw new Trouble(`the registry cannot be reached at ${new URL(url).origin}: ${error.message}`);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runScript(async () => {
    const options = { registry: { type: 'string' }, root: { type: 'string' } };
    const { values } = readArguments(USAGE, { options });
    const pinned = await pinImages(values.root ?? ROOT, values.registry ?? HUB);
    console.log(pinned.join('\n'));
  });
}
