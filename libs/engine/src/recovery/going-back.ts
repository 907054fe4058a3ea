import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  FENCES_PER_MARK,
  type Mark,
  MARK_PATH,
  type MarkKept,
  type MarkView,
  type SetMark,
} from '@turnpike/protocol';
import { Database, Problem } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { type Decision, DueRepairs } from './due-repairs.js';
import { type KnownMarks, ServiceMarks } from './service-marks.js';
import { Services } from '../execution/service-client.js';
import { observeWentBack, watchForGoingBack } from './metrics.js';
import { repeatedly } from '../support/repeatedly.js';

/*
 * Notices that a database was put back as it was before, by the marks that the gateway leaves in the databases of the
 * services and in its own: of two sides the one with the older mark went back. With each mark the service is asked
 * whether it has come as far as the newest decisions of the register, in the transaction that keeps the mark: so it is
 * noticed, too, where a service was put back between two marks. What has to follow is written down with the notice;
 * Reapplication carries it out.
 *
 * Every worker looks, and the ledger lets one act. A mark is compared with what the ledger knew before the service was
 * asked and, where it is newer than that, with what it knows after: whatever another worker did meanwhile is no notice.
 */

/** Milliseconds between two looks at a service: one that is back is compared long before a minute is over. */
const LOOK_EVERY_MS = 1000;

/** Milliseconds for an answer. */
const TIMEOUT_MS = 2000;

@Injectable()
export class GoingBack implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(GoingBack.name);
  private readonly stopped = new AbortController();
  private finished: Promise<unknown> = Promise.resolve();
  private readonly present: readonly string[];
  /** What stands in the way of each service's mark, so that it is said once. */
  private readonly troubles = new Map<string, string>();
  /** The services whose marks this process has compared at least once. */
  private readonly compared = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly marks: ServiceMarks,
    private readonly repairs: DueRepairs,
    private readonly services: Services,
    config: GatewayConfig,
  ) {
    this.present = config.worker ? Object.keys(config.services) : [];
    watchForGoingBack(Object.keys(config.services));
  }

  onApplicationBootstrap(): void {
    void this.begin();
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
    // Of what is decided until now the services shall have a mark: it is a backup of now that may come back.
    await Promise.allSettled([...this.compared].map((service) => this.look(service, true)));
  }

  /** @returns whether this process knows of every service that neither it nor the ledger has gone back unnoticed */
  get isCurrent(): boolean {
    return this.present.every((service) => this.compared.has(service));
  }

  private async begin(): Promise<void> {
    if (this.present.length === 0) return;
    await this.database.start();
    const look = (service: string) => async (): Promise<false> => {
      await this.look(service).then(
        () => this.troubles.delete(service),
        (error: Error) => this.trouble(service, error.message),
      );
      return false;
    };
    this.finished = Promise.all(
      this.present.map((service) => repeatedly(LOOK_EVERY_MS, this.stopped.signal, look(service))),
    );
  }

  private async look(service: string, isLast = false): Promise<void> {
    const known = await this.marks.of(service);
    const found = await this.markOf(service);
    if (found !== undefined) {
      const agrees = await this.compare(service, known, found);
      // A mark that follows at once would cover a difference which this look came too late to note.
      if (agrees) await this.leaveMark(service, isLast);
    }
    this.compared.add(service);
  }

  private trouble(service: string, what: string): void {
    if (this.troubles.get(service) !== what)
      this.logger.warn(`Whether ${service} went back in time is not known: ${what}`);
    this.troubles.set(service, what);
  }

  /** @returns the newest mark, null where there is none; undefined of a service that does not keep marks */
  private async markOf(service: string): Promise<Mark | null | undefined> {
    const call = {
      method: 'GET',
      path: MARK_PATH,
      timeoutMs: TIMEOUT_MS,
      quiet: true,
      mayLack: true,
    } as const;
    return this.services.ask<MarkView>(service, call).then(
      ({ mark }) => mark,
      (error: unknown) => {
        if (error instanceof Problem && error.code === 'not-found') return undefined;
        throw error;
      },
    );
  }

  /** @returns whether the service has the mark that the ledger knows; if not, it is seen to, and the next look tells */
  private async compare(service: string, known: KnownMarks | null, found: Mark | null): Promise<boolean> {
    if (known && !known.adopts && isKnown(known, found)) return true;
    if (known?.adopts) await this.marks.adopt(known, found);
    else if (known?.mark && isOlder(found, known.mark)) await this.serviceWentBack(service, known, found);
    else if (found) return this.compareAgain(service, found);
    else await this.marks.begin(service);
    return known === null && found === null;
  }

  /** A mark that the ledger did not know before the service was asked, beside what it knows now. */
  private async compareAgain(service: string, found: Mark): Promise<boolean> {
    const now = await this.marks.of(service);
    if (now && !now.adopts && isKnown(now, found)) return true;
    if (!now || !(now.adopts || isOlder(found, now.mark))) await this.ledgerWentBack(service, now, found);
    return false;
  }

  /** Leaves the next mark, if it is time for one, unless the service has lost a decision of the register. */
  private async leaveMark(service: string, isLast: boolean): Promise<void> {
    const known = await this.marks.propose(service, isLast);
    if (!known?.next) return;
    const decisions = await this.repairs.newestDecisions(service, FENCES_PER_MARK);
    const body: SetMark = { mark: known.next, fences: decisions.map(({ userId, seq }) => ({ userId, seq })) };
    const call = { method: 'PUT', path: MARK_PATH, body, timeoutMs: TIMEOUT_MS, quiet: true } as const;
    const { behind } = await this.services.ask<MarkKept>(service, call);
    if (behind.length === 0) return this.marks.kept(service, known.next);
    await this.decisionsLost(
      known,
      decisions.filter(({ userId }) => behind.includes(userId)),
    );
  }

  /** It was put back without its mark being older: between two marks, or table by table. */
  private async decisionsLost(known: KnownMarks, lost: readonly Decision[]): Promise<void> {
    const { service, mark } = known;
    const isOld = !mark || lost.some((decision) => DueRepairs.isBefore(decision, mark.at));
    const reason = `${service} has lost decisions about ${lost.length} of the users about whom the newest were made.`;
    const since = isOld ? null : mark.at;
    const due = await this.marks.wentBack({ known, found: mark, since, reason });
    this.tellOfService(service, reason, due);
  }

  private async serviceWentBack(service: string, known: KnownMarks, found: Mark | null): Promise<void> {
    const [then, before] = [found?.at ?? 'before the first', known.mark!.at];
    const reason = `${service} went back in time: its newest mark is of ${then}, the ledger knows one of ${before}.`;
    const due = await this.marks.wentBack({ known, found, since: found?.at ?? null, reason });
    this.tellOfService(service, reason, due);
  }

  private tellOfService(service: string, reason: string, due: number | null): void {
    if (due === null) return;
    observeWentBack(service);
    this.logger.error(
      `${reason} What the register has decided since about ${due} users is applied again by itself; ` +
        `what else ${service} was told since then is lost: see the runbook, ServiceWentBack.`,
    );
  }

  private async ledgerWentBack(service: string, known: KnownMarks | null, found: Mark): Promise<void> {
    if (!(await this.marks.ledgerWentBack(service, known, found, this.present))) return;
    observeWentBack('ledger');
    this.logger.error(
      `The ledger went back in time: ${service} has a mark of ${found.at} that it has never made. ` +
        'It learns from the services how far they have come and whom they have deleted; ' +
        'writes that it has forgotten are lost: see the runbook, ServiceWentBack.',
    );
  }
}

/** No mark at all is older than any. */
function isOlder(found: Mark | null, mark: Mark | null): boolean {
  return mark !== null && (found === null || found.number < mark.number);
}

function isKnown({ mark, next }: KnownMarks, found: Mark | null): boolean {
  return isSame(mark, found) || (next !== null && isSame(next, found));
}

function isSame(one: Mark | null, other: Mark | null): boolean {
  return one?.number === other?.number && one?.token === other?.token;
}
