import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { Manifest } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { complaintsAbout } from './checks/check-manifest.js';
import { stillNeeded } from './checks/still-needed.js';
import { CompiledIn } from './compiled-in.js';
import { bearable, told } from './form/lines.js';
import { readManifest } from './form/read-manifest.js';
import {
  countNeeds,
  readServices,
  type ServiceRow,
  takeTurn,
  type Verdict,
  writeVerdict,
} from './manifest-rows.js';
import { manifestsIn, ManifestStore } from './manifest-store.js';

/**
 * Decides whether what a service says of itself is carried out. The verdict is written down once, by whichever process comes
 * first: it is made of what the ledger had, outside of any transaction, and written only if the ledger has the same still.
 */
@Injectable()
export class ManifestJudge {
  private readonly logger = new Logger('Manifests');

  constructor(
    private readonly database: Database,
    private readonly store: ManifestStore,
    private readonly compiledIn: CompiledIn,
  ) {}

  /**
   * Accepts the manifest of a service, or says once why not. What was refused is judged again each time: what stood in its
   * way may be gone.
   * @param text as the service has answered
   * @returns whether it is what counts now
   */
  async judge(name: string, text: string): Promise<boolean> {
    const hash = createHash('sha256').update(text).digest('hex');
    const rows = await readServices(this.database);
    const row = rows.find((one) => one.name === name);
    if (row?.accepted?.hash === hash && !row.refused) return this.isInForce(name);
    const verdict = await this.verdictOn(name, hash, text, rows);
    if (!isSaid(row, verdict)) {
      if (!(await this.write(verdict, rows))) return this.judge(name, text);
      if (row?.refused?.hash !== hash) this.tell(verdict);
    }
    return (await this.isInForce(name)) && 'manifest' in verdict;
  }

  /** @returns whether this process carries out what was accepted of that service last */
  private async isInForce(name: string): Promise<boolean> {
    await this.store.refresh();
    return this.store.unfitFor(name).length === 0;
  }

  private async verdictOn(
    name: string,
    hash: string,
    text: string,
    rows: readonly ServiceRow[],
  ): Promise<Verdict> {
    const { manifest, version, complaints } = readManifest(text, name);
    const lines = bearable(manifest ? await this.linesAbout(manifest, rows) : complaints);
    return manifest && lines.length === 0 ? { name, hash, manifest } : { name, hash, version, lines };
  }

  private async linesAbout(manifest: Manifest, rows: readonly ServiceRow[]): Promise<string[]> {
    const [own, others] = this.partsOf(manifest, rows);
    const lines = complaintsAbout(manifest, this.compiledIn.with(others));
    const needed = await stillNeeded(own, manifest, (...names) => countNeeds(this.database, ...names));
    const all = [...lines, ...needed];
    return all.length > 0 ? all : this.leftWithout(manifest, others);
  }

  /** @returns the manifest of that service that was accepted before, and those of the others that take part */
  private partsOf({ service }: Manifest, rows: readonly ServiceRow[]): [own: Manifest | null, Manifest[]] {
    const manifests = manifestsIn(rows);
    const others = manifests.filter((other) => other.service !== service && this.store.joins(other.service));
    return [manifests.find((other) => other.service === service) ?? null, others];
  }

  /** Other services may have referred to what this one has no more. */
  private leftWithout(manifest: Manifest, others: readonly Manifest[]): string[] {
    return others.flatMap((other) => {
      if (this.store.unfitFor(other.service).length > 0) return [];
      const around = [...others.filter((one) => one !== other), manifest];
      const lines = complaintsAbout(other, this.compiledIn.with(around));
      return lines.map((line) => `with it ${told(other.service, other.version, [line])}`);
    });
  }

  /** @returns false where the ledger has changed since those rows were read */
  private write(verdict: Verdict, rows: readonly ServiceRow[]): Promise<boolean> {
    return this.database.statements(async (tx) => {
      await takeTurn(tx);
      if (stateOf(await readServices(tx)) !== stateOf(rows)) return false;
      await writeVerdict(tx, verdict);
      return true;
    });
  }

  private tell(verdict: Verdict): void {
    if ('manifest' in verdict)
      return this.logger.log(`manifest of ${verdict.name} ${verdict.manifest.version} is accepted`);
    const { name, version, lines } = verdict;
    this.logger.error(told(name, version, lines));
  }
}

/** Whether the same was said of the same manifest before. */
function isSaid(row: ServiceRow | undefined, verdict: Verdict): boolean {
  if ('manifest' in verdict || !row?.refused) return false;
  return row.refused.hash === verdict.hash && row.refused.lines.join('\n') === verdict.lines.join('\n');
}

/** @returns what of the rows decides, to be compared */
function stateOf(rows: readonly ServiceRow[]): string {
  return rows.map(({ name, accepted, refused }) => `${name} ${accepted?.hash} ${refused?.hash}`).join();
}
