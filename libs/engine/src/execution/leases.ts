import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { GatewayConfig } from '../config.js';
import { Ledger } from '../ledger/ledger.js';
import type { ClaimKey } from '../ledger/statements/claim.js';

/** How often a lease is renewed within its time: two renewals may fail before it is lost. */
const RENEWALS_PER_LEASE = 3;

interface HeldLease {
  claim: ClaimKey;
  lost: AbortController;
  /** Monotonic: until when the ledger is known to count the lease as alive, at the earliest. */
  safeUntil: number;
}

/** A lease that this process holds; `signal` aborts when it is lost. */
export interface Lease {
  signal: AbortSignal;
  release: () => void;
}

/**
 * Keeps the leases of this process alive while their operations run: one statement for all of them. The
 * ledger's clock decides; this process only measures how long it has been since the ledger said yes.
 */
@Injectable()
export class Leases implements OnApplicationShutdown {
  private readonly logger = new Logger(Leases.name);
  private readonly held = new Set<HeldLease>();
  private readonly timer: NodeJS.Timeout;
  private renewing = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly config: GatewayConfig,
  ) {
    this.timer = setInterval(() => void this.renew(), config.run.leaseMs / RENEWALS_PER_LEASE);
  }

  /** Takes care of a claim's lease until it is released. */
  hold(claim: ClaimKey): Lease {
    const lease: HeldLease = {
      claim,
      lost: new AbortController(),
      safeUntil: performance.now() + this.config.run.leaseMs,
    };
    this.held.add(lease);
    return { signal: lease.lost.signal, release: () => this.held.delete(lease) };
  }

  /** How many operations this process carries out. */
  get count(): number {
    return this.held.size;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async renew(): Promise<void> {
    if (this.renewing || this.held.size === 0) return;
    this.renewing = true;
    const leases = [...this.held];
    const asked = performance.now();
    try {
      const holding = await this.ledger.renew(
        leases.map((lease) => lease.claim),
        this.config.run.leaseMs,
      );
      for (const lease of leases) {
        const renewed = holding.get(lease.claim.id);
        if (renewed) lease.safeUntil = asked + this.config.run.leaseMs;
        else if (renewed === undefined) this.lose(lease);
      }
    } catch (error) {
      this.logger.warn(`Leases could not be renewed: ${(error as Error).message}`);
    } finally {
      leases.filter((lease) => performance.now() >= lease.safeUntil).forEach((lease) => this.lose(lease));
      this.renewing = false;
    }
  }

  private lose(lease: HeldLease): void {
    if (this.held.delete(lease)) lease.lost.abort(new Error('the lease was lost'));
  }
}
