import type { Manifest } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { Needs } from './checks/still-needed.js';

/*
 * Statements on the table of services. A row says what of a service was accepted last, and what is wrong with what it says
 * now, if anything is.
 */

/** Tells every process that a service's manifest was accepted. */
export const SERVICES_CHANNEL = 'services_changed';

/** What was accepted last. */
export interface Accepted {
  manifest: Manifest;
  hash: string;
  at: Date;
}

/** What was not accepted, and why. */
export interface Refused {
  version: string | null;
  hash: string;
  lines: readonly string[];
  at: Date;
}

export interface ServiceRow {
  name: string;
  accepted: Accepted | null;
  refused: Refused | null;
}

/** What a service says, taken in. */
export type Verdict =
  | { name: string; hash: string; manifest: Manifest }
  | { name: string; hash: string; version: string | null; lines: readonly string[] };

interface Row {
  name: string;
  manifest: Manifest | null;
  hash: string;
  accepted_at: Date;
  refused_version: string | null;
  refused_hash: string | null;
  refused_for: string[];
  refused_at: Date;
}

/** @returns what is known of every service, by name */
export async function readServices(ledger: Statements): Promise<ServiceRow[]> {
  const rows = await ledger.query<Row>(
    `select name, manifest, hash, accepted_at, refused_version, refused_hash, refused_for, refused_at
     from services order by name`,
  );
  return rows.map(serviceOf);
}

/** One process at a time judges manifests: of two that take the same name one comes after the other. To the commit. */
export async function takeTurn(tx: Statements): Promise<void> {
  await tx.query(`select true from pg_advisory_xact_lock(hashtext('turnpike.services'))`);
}

/** Writes a verdict down, and tells the other processes of a manifest that was accepted. */
export async function writeVerdict(tx: Statements, verdict: Verdict): Promise<void> {
  if (!('manifest' in verdict)) return writeRefusal(tx, verdict);
  const { name, hash, manifest } = verdict;
  await tx.query(
    `insert into services (name, manifest, version, hash, accepted_at) values ($1, $2, $3, $4, now())
     on conflict (name) do update set manifest = excluded.manifest, version = excluded.version, hash = excluded.hash,
       accepted_at = case when services.hash = excluded.hash then services.accepted_at else now() end,
       refused_version = null, refused_hash = null, refused_for = null, refused_at = null`,
    [name, JSON.stringify(manifest), manifest.version, hash],
  );
  await tx.query('select pg_notify($1, $2)', [SERVICES_CHANNEL, name]);
}

async function writeRefusal(
  tx: Statements,
  { name, hash, version, lines }: Exclude<Verdict, { manifest: Manifest }>,
): Promise<void> {
  await tx.query(
    `insert into services (name, refused_version, refused_hash, refused_for, refused_at) values ($1, $2, $3, $4, now())
     on conflict (name) do update set refused_version = excluded.refused_version,
       refused_hash = excluded.refused_hash, refused_for = excluded.refused_for, refused_at = now()`,
    [name, version, hash, lines],
  );
}

/** @returns how many unfinished operations there are of those kinds, and that have those steps */
export async function countNeeds(
  ledger: Statements,
  kinds: readonly string[],
  steps: readonly string[],
): Promise<Needs> {
  const rows = await ledger.query<{ kind: string | null; step: string | null; count: number }>(
    `with unfinished as (
       select kind, steps from operations where state in ('queued', 'running', 'retrying')
     )
     select kind, null as step, count(*)::integer from unfinished where kind = any($1) group by kind
     union all
     select null, step ->> 'name', count(*)::integer from unfinished, jsonb_array_elements(steps) step
     where step ->> 'name' = any($2) group by 2`,
    [kinds, steps],
  );
  return { kinds: countsBy(rows, 'kind'), steps: countsBy(rows, 'step') };
}

function countsBy<Row extends { count: number }>(rows: readonly Row[], name: keyof Row): Map<string, number> {
  return new Map(
    rows.flatMap((row) => (row[name] === null ? [] : [[row[name] as string, row.count] as const])),
  );
}

function serviceOf(row: Row): ServiceRow {
  const { name, manifest, hash, accepted_at: acceptedAt } = row;
  const { refused_version: version, refused_hash: refusedHash, refused_for: lines, refused_at: at } = row;
  return {
    name,
    accepted: manifest && { manifest, hash, at: acceptedAt },
    refused: refusedHash === null ? null : { version, hash: refusedHash, lines, at },
  };
}
