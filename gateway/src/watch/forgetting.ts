import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RateWindows } from '../ledger/rate-windows.js';
import { SignInPlaces } from '../ledger/sign-in-places.js';
import { Maintenance } from '../queue/maintenance.js';

/** Milliseconds between two times, as long as the shortest window. */
const EVERY_MS = 60_000;

/** Rows of one statement, which nobody has to wait long for. */
const AT_ONCE = 1000;

/** Removes what limits were counted in and what is over; nothing that still counts depends on it. */
@Injectable()
export class Forgetting implements OnModuleInit {
  constructor(
    private readonly windows: RateWindows,
    private readonly places: SignInPlaces,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    this.maintenance.define({ name: 'forgetting', everyMs: EVERY_MS, run: (stopped) => this.run(stopped) });
  }

  private async run(stopped: AbortSignal): Promise<void> {
    for (const forget of [() => this.windows.forgetEnded(AT_ONCE), () => this.places.forgetOld(AT_ONCE)]) {
      while (!stopped.aborted && (await forget()) === AT_ONCE);
    }
  }
}
