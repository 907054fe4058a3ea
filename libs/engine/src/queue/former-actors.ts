import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Role } from '@turnpike/protocol';
import { Actors } from '../ledger/actor-standings.js';
import { Authority } from '../execution/authority.js';
import { Maintenance } from './scheduled-tasks.js';
import { Releaser } from './enqueue.js';

/*
 * What former operators still have waiting in lanes of others is rejected with their role, not only at its turn: an
 * operator who looks at a lane sees what will be carried out. Whoever takes a role asks for it at once; a process that
 * dies before that, and a role that ends beside the gateway, are found by a look from time to time.
 */

/** Milliseconds between two looks at everybody who has something waiting by a role. */
const LOOK_EVERY_MS = 10_000;

@Injectable()
export class FormerActors implements OnModuleInit {
  private readonly logger = new Logger(FormerActors.name);

  constructor(
    private readonly actors: Actors,
    private readonly authority: Authority,
    private readonly releaser: Releaser,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    const run = (stopped: AbortSignal): Promise<void> => this.look(stopped);
    this.maintenance.define({ name: 'former-actors', everyMs: LOOK_EVERY_MS, run });
  }

  /** Rejects what somebody has waiting by one of those roles, which are taken; in the background. */
  withdraw(actorId: string, roles: readonly Role[]): void {
    this.withdrawNow(actorId, roles).catch((error: unknown) => {
      const { message } = error as Error;
      this.logger.warn(`What ${actorId} has waiting is rejected at the next look, not now: ${message}`);
    });
  }

  private async look(stopped: AbortSignal): Promise<void> {
    for (const { actorId, byRole } of await this.actors.waiting()) {
      if (stopped.aborted) return;
      if ((await this.authority.of(actorId, byRole)) === 'lost') await this.withdrawNow(actorId, [byRole]);
    }
  }

  private async withdrawNow(actorId: string, roles: readonly Role[]): Promise<void> {
    this.releaser.release(await this.actors.withdrawFor(actorId, roles));
  }
}
