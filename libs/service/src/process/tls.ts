import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigurationError, type Environment } from './environment.js';

/** What a process answers by HTTPS with, as PEM. */
export interface ServerTls {
  cert: string;
  key: string;
}

/** @returns null where the process answers by plain HTTP. @throws ConfigurationError for files that are no pair */
export function readServerTls(env: Environment): ServerTls | null {
  const [cert, key] = [readFile(env, 'TLS_CERT_FILE'), readFile(env, 'TLS_KEY_FILE')];
  if (cert === null && key === null) return null;
  if (cert === null) throw new ConfigurationError('TLS_KEY_FILE', 'is given without TLS_CERT_FILE');
  if (key === null) throw new ConfigurationError('TLS_CERT_FILE', 'is given without TLS_KEY_FILE');
  tryContext('TLS_CERT_FILE', 'and TLS_KEY_FILE must be a certificate and its key, as PEM', { cert, key });
  return { cert, key };
}

/**
 * @returns the certificates that are trusted when another part of the installation is called, as PEM, instead of those
 *   that come with Node.js; null where these are trusted
 */
export function readTrustedCa(env: Environment): string | null {
  const ca = readFile(env, 'TLS_CA_FILE');
  if (ca === null) return null;
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new ConfigurationError('TLS_CA_FILE', 'must be certificates as PEM');
  tryContext('TLS_CA_FILE', 'must be certificates as PEM', { ca });
  return ca;
}

/** @returns the address of a PostgreSQL that asks for TLS, with TLS_CA_FILE to trust unless it names another file */
export function trustingCa(env: Environment, address: string): string {
  const file = env.optional('TLS_CA_FILE');
  if (!file || !URL.canParse(address) || !address.startsWith('postgres')) return address;
  const url = new URL(address);
  if (!url.searchParams.has('sslmode') || url.searchParams.has('sslrootcert')) return address;
  url.searchParams.set('sslrootcert', file);
  return url.href;
}

function readFile(env: Environment, name: string): string | null {
  const file = env.optional(name);
  if (file === undefined) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(name, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A file that is no certificate would otherwise be found by the first call. */
function tryContext(name: string, complaint: string, files: Partial<ServerTls> & { ca?: string }): void {
  try {
    createSecureContext(files);
  } catch {
    throw new ConfigurationError(name, complaint);
  }
}
