import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { Manifest } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { Catalogue } from '../definitions/catalogue.js';
import { Listener } from '../notify/listener.js';
import { complaintsAbout } from './checks/check-manifest.js';
import { CompiledIn } from './compiled-in.js';
import { bearable, told } from './form/lines.js';
import { readServices, SERVICES_CHANNEL, type ServiceRow } from './manifest-rows.js';
import { teach } from './teach.js';

/**
 * Has the manifests carried out that the ledger has as accepted: those of the last time before any service is asked, so that a
 * process starts and accepts writes while services are away, and others as soon as some process has accepted them.
 */
@Injectable()
export class ManifestStore implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ManifestStore.name);
  private readonly listener: Listener;
  private turn: Promise<void> = Promise.resolve();
  /** Of the manifests that were read last; null before any were. */
  private hashes: string | null = null;
  /** Why a manifest that was accepted is not carried out here, by its service. */
  private unfit: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(
    private readonly database: Database,
    private readonly catalogue: Catalogue,
    private readonly compiledIn: CompiledIn,
    private readonly config: GatewayConfig,
  ) {
    this.listener = new Listener({
      connectionString: config.databaseUrl,
      applicationName: 'turnpike-services',
      channels: [SERVICES_CHANNEL],
      hear: () => this.refreshSoon(),
      look: () => this.refreshSoon(),
      logger: this.logger,
    });
  }

  onModuleInit(): void {
    this.catalogue.expectManifests(() => this.refresh());
  }

  onApplicationBootstrap(): void {
    void this.begin();
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.listener.stop();
    await this.turn;
  }

  /** Whether the process knows what was accepted: until then routes are missing that it has. */
  get isLoaded(): boolean {
    return this.hashes !== null;
  }

  /** @returns why the accepted manifest of that service is not carried out by this process; nothing where it is */
  unfitFor(service: string): readonly string[] {
    return this.unfit.get(service) ?? [];
  }

  /** @returns the services of which a manifest counts: those that take part and are not compiled in */
  joins(service: string): boolean {
    return Object.hasOwn(this.config.services, service) && !this.compiledIn.has(service);
  }

  /**
   * Carries out what the ledger has as accepted now. Who meets a kind or a step that is not known calls it: it may have come
   * with a manifest that another process has accepted.
   * @throws Problem `unavailable` while the ledger cannot be read
   */
  refresh(): Promise<void> {
    const next = this.turn.then(() => this.load());
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async begin(): Promise<void> {
    await this.database.start();
    await this.listener.keepListening();
  }

  /** It is tried again with the next notification, and whenever a service is asked. */
  private refreshSoon(): void {
    this.refresh().catch((error: Error) =>
      this.logger.warn(`Accepted manifests could not be read: ${error.message}`),
    );
  }

  private async load(): Promise<void> {
    const rows = (await readServices(this.database)).filter(({ name }) => this.joins(name));
    const hashes = rows.map(({ name, accepted }) => `${name} ${accepted?.hash}`).join();
    if (hashes === this.hashes) return;
    const unfit = new Map<string, readonly string[]>();
    this.catalogue.apply(this.fitting(manifestsIn(rows), unfit));
    teach(this.catalogue, Object.keys(this.config.services));
    this.unfit = unfit;
    this.hashes = hashes;
  }

  /**
   * What was accepted by an application of another version may not agree with this one; what refers to such a manifest
   * does not, either.
   */
  private fitting(
    manifests: readonly Manifest[],
    unfit: Map<string, readonly string[]>,
  ): readonly Manifest[] {
    const left = manifests.filter((manifest) => {
      const others = manifests.filter((other) => other !== manifest);
      const lines = bearable(complaintsAbout(manifest, this.compiledIn.with(others)));
      if (lines.length > 0) this.leaveOut(manifest, lines, unfit);
      return lines.length === 0;
    });
    return left.length === manifests.length ? left : this.fitting(left, unfit);
  }

  private leaveOut(
    { service, version }: Manifest,
    lines: readonly string[],
    unfit: Map<string, readonly string[]>,
  ): void {
    unfit.set(service, lines);
    this.logger.error(`${told(service, version, lines)}. It was accepted, and this process does without it.`);
  }
}

/** @returns the manifests that were accepted */
export function manifestsIn(rows: readonly ServiceRow[]): Manifest[] {
  return rows.flatMap(({ accepted }) => (accepted ? [accepted.manifest] : []));
}
