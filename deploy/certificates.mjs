// A private CA and a certificate for each part of the installation, by the program openssl, which signs what Node.js cannot:
// `npm run certificates`, or with another folder behind `--`. A CA that is there goes on; its certificates are made anew.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readArguments } from '../scripts/arguments.mjs';
import { Trouble, runScript } from '../scripts/console.mjs';

/** The parts under the names by which others call them, in Compose and in Kubernetes. */
export const PARTS = ['gateway-api', 'gateway-worker', 'identity', 'ordering', 'postgres', 'redis'];

const NAMESPACE = 'turnpike';
const CA_DAYS = 3650;
/** Who forgets them has a year to notice, and renews them by the same command. */
const CERTIFICATE_DAYS = 398;
const CURVE = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

const USAGE = `npm run certificates [-- FOLDER]

Makes a certificate for each part, signed by the CA in the folder certs, or in FOLDER, which is made if it is not there.`;

/** Writes ca.crt, ca.key, and NAME.crt with NAME.key for each part. */
export function makeCertificates(folder) {
  // The folder keeps others out; the files in it can be read by whatever user a container has.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name) => path.join(folder, name);
  if (!existsSync(at('ca.crt'))) makeCa(at);
  for (const part of PARTS) makeCertificate(part, at);
}

function makeCa(at) {
  openssl('genpkey', ...CURVE, '-out', at('ca.key'));
  chmodSync(at('ca.key'), 0o600);
  const config = at('ca.cnf');
  writeFileSync(config, requestOf('Turnpike private CA', CA_EXTENSIONS));
  openssl(
    ...['req', '-new', '-x509', '-config', config, '-extensions', 'extensions', '-key', at('ca.key')],
    ...[...['-days', String(CA_DAYS), '-out', at('ca.crt')]],
  );
  rmSync(config);
}

function makeCertificate(part, at) {
  const [config, request] = [at(`${part}.cnf`), at(`${part}.csr`)];
  writeFileSync(config, requestOf(part, extensionsOf(part)));
  openssl('genpkey', ...CURVE, '-out', at(`${part}.key`));
  chmodSync(at(`${part}.key`), 0o644);
  openssl('req', '-new', '-config', config, '-key', at(`${part}.key`), '-out', request);
  openssl(
    ...['x509', '-req', '-in', request, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'],
    ...['-days', String(CERTIFICATE_DAYS), '-extfile', config, '-extensions', 'extensions'],
    ...['-out', at(`${part}.crt`)],
  );
  for (const file of [config, request]) rmSync(file);
}

/** What may sign, and nothing but certificates of parts. */
const CA_EXTENSIONS = [
  'basicConstraints = critical, CA:TRUE, pathlen:0',
  'keyUsage = critical, keyCertSign, cRLSign',
];

/** A part answers, and is asked by those on its own machine, too. */
function extensionsOf(part) {
  const names = [part, `${part}.${NAMESPACE}`, `${part}.${NAMESPACE}.svc`, 'localhost'];
  const alternatives = [...names.map((name) => `DNS:${name}`), 'IP:127.0.0.1', 'IP:::1'];
  return [
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature',
    'extendedKeyUsage = serverAuth',
    `subjectAltName = ${alternatives.join(', ')}`,
  ];
}

function requestOf(name, extensions) {
  const request = ['[req]', 'prompt = no', 'distinguished_name = name', '[name]', `CN = ${name}`];
  return [...request, '[extensions]', ...extensions, ''].join('\n');
}

function openssl(...args) {
  const { error, status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error) throw new Trouble('the program openssl is needed to make certificates: install it');
  if (status !== 0) throw new Trouble(`openssl ${args[0]} failed (${status})`, stderr);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runScript(() => {
    const { positionals } = readArguments(USAGE, { allowPositionals: true });
    const [folder = 'certs'] = positionals;
    makeCertificates(folder);
    console.log(
      `${folder} has a certificate for each part. A process takes its own when it is started again.`,
    );
  });
}
