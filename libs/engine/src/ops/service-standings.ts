import { Injectable } from '@nestjs/common';
import type { ServiceState, ServiceView } from '@turnpike/protocol';
import { Database, sharedFor } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { ServiceProbe } from '../execution/service-probe.js';
import { told } from '../manifests/form/lines.js';
import { ManifestReader } from '../manifests/manifest-reader.js';
import { readServices, type ServiceRow } from '../manifests/manifest-rows.js';
import { ManifestStore } from '../manifests/manifest-store.js';
import { Processes } from '../processes/process-registry.js';
import { type Backlog, ServiceBacklogs } from '../queries/service-backlog.js';
import { worst } from './summary.js';

/** Milliseconds for which an answer serves all who ask. */
const FRESH_MS = 1000;

const NOTHING: Backlog = { waiting: 0, waitingLanes: 0 };
const UNLIMITED: ServiceView['limits'] = { concurrency: null, perSecond: null };

/** How the services stand that take part: what they declare, whether they answer, and what waits for them. */
@Injectable()
export class ServiceStandings {
  /** At most a second old. */
  readonly now = sharedFor(FRESH_MS, () => this.make());

  constructor(
    private readonly database: Database,
    private readonly backlogs: ServiceBacklogs,
    private readonly processes: Processes,
    private readonly probe: ServiceProbe,
    private readonly store: ManifestStore,
    private readonly reader: ManifestReader,
    private readonly config: GatewayConfig,
  ) {}

  private async make(): Promise<ServiceView[]> {
    const [rows, backlogs, { breakers }] = await Promise.all([
      readServices(this.database),
      this.backlogs.now(),
      this.processes.alive(),
    ]);
    return Object.keys(this.config.services).map((name) => ({
      ...this.standingOf(
        name,
        rows.find((row) => row.name === name),
      ),
      breaker: worst(breakers.map((states) => states[name] ?? 'closed')),
      ...(backlogs.get(name) ?? NOTHING),
      limits: UNLIMITED,
    }));
  }

  private standingOf(
    name: string,
    row: ServiceRow | undefined,
  ): Pick<ServiceView, 'name' | 'version' | 'state' | 'since' | 'problem'> {
    if (!this.store.joins(name)) {
      const standing = { name, version: this.reader.versionOf(name), problem: null };
      return { ...standing, ...this.stateOf(name, true, null) };
    }
    const unfit = this.store.unfitFor(name);
    const serves = Boolean(row?.accepted) && unfit.length === 0;
    const decidedAt = (serves ? row?.accepted?.at : row?.refused?.at) ?? null;
    return {
      name,
      version: row?.accepted?.manifest.version ?? null,
      ...this.stateOf(name, serves, decidedAt),
      problem: problemOf(name, row, unfit) ?? this.reader.troubleOf(name),
    };
  }

  /** @param decidedAt when what it declares was accepted or refused */
  private stateOf(
    name: string,
    serves: boolean,
    decidedAt: Date | null,
  ): { state: ServiceState; since: string | null } {
    const presence = this.probe.presenceOf(name);
    if (!presence?.answers && (presence || !serves))
      return { state: 'away', since: presence?.since.toISOString() ?? null };
    const since = [presence?.since, decidedAt].flatMap((at) => at?.getTime() ?? []);
    return {
      state: serves ? 'serving' : 'refused',
      since: since.length > 0 ? new Date(Math.max(...since)).toISOString() : null,
    };
  }
}

/** @returns what stands in the way of its newest manifest, or of the one that was accepted; null where nothing does */
function problemOf(name: string, row: ServiceRow | undefined, unfit: readonly string[]): string | null {
  if (row?.refused) return told(name, row.refused.version, row.refused.lines);
  return unfit.length > 0 ? told(name, row?.accepted?.manifest.version ?? null, unfit) : null;
}
