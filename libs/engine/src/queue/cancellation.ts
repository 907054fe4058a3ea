import { Injectable } from '@nestjs/common';
import { Endings } from '../notify/operation-watcher.js';
import { Ledger } from '../ledger/ledger.js';
import { LedgerQueries } from '../queries/operations.js';
import { Releaser } from './enqueue.js';

/** Milliseconds in which a worker must have closed the steps of a write that is to be withdrawn while in retry. */
const CLOSED_WITHIN_MS = 5000;

/** Withdraws writes: at once while they are queued; in retry a worker closes their steps at the services first. */
@Injectable()
export class Withdrawal {
  constructor(
    private readonly ledger: Ledger,
    private readonly queries: LedgerQueries,
    private readonly endings: Endings,
    private readonly releaser: Releaser,
  ) {}

  /** @returns whether the write is cancelled now, or was before */
  async cancel(userId: string, operationId: string): Promise<boolean> {
    const { outcome, releases } = await this.ledger.cancel(userId, operationId);
    this.releaser.release(releases);
    if (outcome === 'cancelled') return true;
    const operation =
      outcome === 'requested'
        ? await this.endings.ofOperation(operationId, { timeoutMs: CLOSED_WITHIN_MS })
        : await this.queries.operation(operationId);
    return operation?.state === 'cancelled';
  }
}
