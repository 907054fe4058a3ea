import { Injectable } from '@nestjs/common';
import type { Role } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import { Ledger } from '../ledger/ledger.js';
import { Releaser } from './enqueue.js';
import { Catalogue } from '../definitions/catalogue.js';

/** A write that the system itself makes. It takes its turn in the lane like any other. */
export interface SystemWrite {
  kind: string;
  userId: string;
  /** Left out, a new one. */
  id?: string;
  /** What must not be made twice has a key: the second is answered with the operation of the first. */
  key?: string;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
  /** What the write holds beside its user; nothing personal. */
  payload?: Record<string, unknown>;
  /** The operator who asked for it, if somebody did, and the role that let him. */
  actorId?: string;
  byRole?: Role | null;
}

/** Accepts what the system itself wants done to a user. */
@Injectable()
export class SystemWrites {
  constructor(
    private readonly ledger: Ledger,
    private readonly releaser: Releaser,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  /** Erases a user who has been deleted for so long. @returns as submit does */
  purge(userId: string, deletedForMs: number): Promise<string | null> {
    return this.submit({ kind: this.catalogue.purge, userId, deletedForMs });
  }

  /** Makes the services agree with a user. @returns as submit does */
  repair(repair: Omit<SystemWrite, 'kind'>): Promise<string | null> {
    return this.submit({ kind: this.catalogue.repair, ...repair });
  }

  /** @returns the id of the operation, durable now; null where the lane does not take it */
  async submit({
    kind,
    userId,
    id = uuidv7(),
    key,
    deletedForMs,
    payload = {},
    actorId,
    byRole,
  }: SystemWrite): Promise<string | null> {
    const admitted = await this.ledger.admit({
      operation: {
        id,
        userId,
        kind,
        ...this.catalogue.factsOf(kind),
        actorId: actorId ?? null,
        byRole,
        target: { type: 'user', id: userId },
        payload,
        ifMatch: null,
        steps: this.catalogue.stepsOf(kind, {}),
        traceparent: null,
      },
      // The key is all that there is of the request: nothing has to be fingerprinted.
      clientKey: key === undefined ? null : { scope: 'system', key, fingerprint: key },
      maxDepth: this.config.laneMaxDepth,
      deletedForMs,
    });
    switch (admitted.outcome) {
      case 'accepted':
        this.releaser.release(admitted.releases);
        return id;
      case 'replayed':
        return admitted.operationId;
      case 'refused':
      case 'key-reused':
        return null;
    }
  }
}
