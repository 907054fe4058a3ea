import { sharedFor } from './shared-for.js';

/** Of a part that is missing as yet without harm: the process is ready, and says what it cannot do for now. */
export type Presence = boolean | 'degraded';

/** What a process needs to do its work; each entry says whether it is there now. */
export type ReadinessChecks = Readonly<Record<string, () => Presence | Promise<Presence>>>;

/**
 * Milliseconds for which an answer serves all who ask: no limit counts them, and a part may have to ask the database. A
 * balancer that asks every second notices nothing of it.
 */
const SHARED_MS = 500;

/** Milliseconds for one look; a part that takes longer is not there. Whoever asks gives up after some seconds. */
const LOOK_WITHIN_MS = 1500;

/** One part that a process needs. A request for the readiness has it looked at, once for all that come within SHARED_MS. */
class Part {
  readonly isThere = sharedFor(SHARED_MS, async () => this.note(await inTime(this.check)));
  /** Since when it is missing, as far as it was looked at. */
  missingSince: Date | null = null;

  constructor(private readonly check: ReadinessChecks[string]) {}

  private note(there: Presence): Presence {
    this.missingSince = there ? null : (this.missingSince ?? new Date());
    return there;
  }
}

/** What a process says of its readiness. */
export class Readiness {
  private readonly parts: ReadonlyMap<string, Part>;

  constructor(checks: ReadinessChecks) {
    this.parts = new Map(Object.entries(checks).map(([name, check]) => [name, new Part(check)]));
  }

  /** @returns whether each part is there, within LOOK_WITHIN_MS */
  async now(): Promise<Record<string, Presence>> {
    const looks = [...this.parts].map(async ([name, part]) => [name, await part.isThere()] as const);
    return Object.fromEntries(await Promise.all(looks));
  }

  /** @returns what is missing and since when, in words */
  missing(): string[] {
    return [...this.parts]
      .filter(([, { missingSince }]) => missingSince)
      .map(([name, { missingSince }]) => `${name} (missing since ${missingSince!.toISOString()})`);
  }
}

async function inTime(check: ReadinessChecks[string]): Promise<Presence> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, LOOK_WITHIN_MS, false)));
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
