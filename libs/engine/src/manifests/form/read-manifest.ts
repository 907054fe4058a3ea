import type { FieldError, Manifest } from '@turnpike/protocol';
import { fieldErrorsOf, isStorable, schemaCompiler } from '@turnpike/service';
import secureJson from 'secure-json-parse';
import { placeOf } from './lines.js';
import { MANIFEST_SCHEMA } from './manifest-schema.js';

/** Bytes of a manifest. */
export const MAX_MANIFEST_BYTES = 256 * 1024;

/** A body may be 20 deep, and each of its levels is two of its schema. */
const MAX_DEPTH = 50;

const isManifest = schemaCompiler()(MANIFEST_SCHEMA);

/** A manifest that has the right form, or what is wrong with it. */
export type Reading =
  | { manifest: Manifest; version: string; complaints: readonly [] }
  | { manifest: null; version: string | null; complaints: readonly string[] };

/**
 * Reads a manifest and holds it to its form.
 * @param service under which name it was asked for
 */
export function readManifest(text: string, service: string): Reading {
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES)
    return refused(null, [`is larger than ${MAX_MANIFEST_BYTES / 1024} KiB`]);
  const json = parsed(text);
  if (json === undefined) return refused(null, ['is no JSON, or has a member with a reserved name']);
  const complaint = complaintAbout(json, 0);
  if (complaint) return refused(null, [complaint]);
  if (!isManifest(json))
    return refused(
      versionIn(json),
      fieldErrorsOf(isManifest.errors ?? []).map((error) => lineOf(error, json)),
    );
  const manifest = json as unknown as Manifest;
  if (manifest.service !== service)
    return refused(manifest.version, [`says that it is of ${manifest.service}`]);
  return { manifest, version: manifest.version, complaints: [] };
}

function refused(version: string | null, complaints: readonly string[]): Reading {
  return { manifest: null, version, complaints };
}

function parsed(text: string): unknown {
  try {
    return secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    return undefined;
  }
}

/** It is kept in the ledger, which cannot store everything that is JSON. */
function complaintAbout(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH}`;
  if (typeof value === 'string') return isStorable(value) ? null : 'has a text that cannot be stored';
  if (typeof value !== 'object' || value === null) return null;
  const parts = Array.isArray(value) ? value : Object.entries(value).flat();
  for (const part of parts) {
    const complaint = complaintAbout(part, depth + 1);
    if (complaint) return complaint;
  }
  return null;
}

function versionIn(json: unknown): string | null {
  const version = (json as { version?: unknown } | null)?.version;
  return typeof version === 'string' && version.length <= 50 ? version : null;
}

/** @returns the error with its item called by name: `relations/0 (loyalty.accounts): delete.step must be given` */
function lineOf({ path, message }: FieldError, json: unknown): string {
  const [list = '', index, ...rest] = path.split('.');
  if (index === undefined || !/^\d+$/.test(index)) return message;
  const item = (json as Record<string, unknown[]>)[list]?.[Number(index)];
  const member = rest.slice(0, -1).join('.');
  return `${placeOf(list, index, item)}: ${member ? `${member}: ` : ''}${message}`;
}
