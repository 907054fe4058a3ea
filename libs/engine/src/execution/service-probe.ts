import { setTimeout as pause } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EVENTS_PATH } from '@turnpike/protocol';
import { ServiceTokenSigner, traceHeaders } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { Breakers } from './circuit-breakers.js';
import { observeRefusal } from './metrics.js';

/*
 * Looks after each service all the time, whether there are writes or not: whether it answers, and whether it accepts
 * the gateway's tokens. A service that is away is weather, and its writes wait; one that answers 401 will refuse every
 * write of this process until a clock or a key is put right. It goes through the breaker, so that the first look at a
 * service which is back closes that.
 *
 * A single service that refuses what another accepts has a wrong clock or key itself: that is told (a metric and an
 * alert), and gateways stay ready, since to take all of them away would mend nothing. Only where every service that
 * answers refuses is it this process that is wrong.
 */

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 1000;

/** Milliseconds for an answer, at most. */
const ANSWER_WITHIN_MS = 2000;

/** Looks in a row without an answer, from which on a service is away: a single one says little. */
const AWAY_AFTER_LOOKS = 2;

type Listener = (service: string) => void;

/** Whether a service answers, and since when it is so. */
export interface Presence {
  answers: boolean;
  since: Date;
}

@Injectable()
export class ServiceProbe implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ServiceProbe.name);
  private readonly stopped = new AbortController();
  /** Of each service that answers, whether it refuses the tokens. */
  private readonly refuses = new Map<string, boolean>();
  private readonly presences = new Map<string, Presence>();
  private readonly listeners: Listener[] = [];
  private finished: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly http: HttpService,
    private readonly signer: ServiceTokenSigner,
    private readonly breakers: Breakers,
    private readonly config: GatewayConfig,
  ) {}

  /** Whether a service accepts the gateway's tokens, or none answers, which says nothing of them. */
  get isAccepted(): boolean {
    return this.refuses.size === 0 || [...this.refuses.values()].includes(false);
  }

  /** @returns how this process finds that service; null before it knows */
  presenceOf(service: string): Presence | null {
    return this.presences.get(service) ?? null;
  }

  /** Has a function called with every service that was away and answers again. */
  onReturn(listener: Listener): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    const present = Object.keys(this.config.services);
    this.finished = Promise.all(present.map((service) => this.follow(service)));
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  private async follow(service: string): Promise<void> {
    const { signal } = this.stopped;
    let missed = 0;
    while (!signal.aborted) {
      const status = await this.look(service).catch(() => null);
      const answers = status !== null && status < 500;
      if (answers) this.judge(service, status === 401);
      if (answers && missed >= AWAY_AFTER_LOOKS) this.listeners.forEach((listener) => listener(service));
      missed = answers ? 0 : missed + 1;
      if (answers) this.note(service, true);
      if (missed >= AWAY_AFTER_LOOKS) this.forget(service);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(service: string): Promise<number> {
    const authorization = `Bearer ${await this.signer.tokenFor(service)}`;
    const { status } = await this.breakers.call(service, () =>
      this.http.axiosRef.request<unknown>({
        baseURL: this.config.services[service]!,
        url: EVENTS_PATH,
        method: 'GET',
        params: { limit: 1 },
        headers: { ...traceHeaders(), authorization },
        timeout: Math.min(ANSWER_WITHIN_MS, this.config.run.serviceTimeoutMs),
        signal: this.stopped.signal,
        validateStatus: () => true,
      }),
    );
    return status;
  }

  private judge(service: string, refuses: boolean): void {
    const before = this.refuses.get(service) ?? false;
    this.refuses.set(service, refuses);
    observeRefusal(service, refuses);
    if (refuses && !before) {
      this.logger.error(
        `${service} refuses the gateway's tokens: compare the clocks of both machines, and the key of GATEWAY_URL.`,
      );
    }
    if (before && !refuses) this.logger.log(`${service} accepts the gateway's tokens again.`);
  }

  /** One that is away may have been stopped to be mended: what it said before counts no more. */
  private forget(service: string): void {
    this.note(service, false);
    this.refuses.delete(service);
    observeRefusal(service, false);
  }

  private note(service: string, answers: boolean): void {
    if (this.presences.get(service)?.answers !== answers)
      this.presences.set(service, { answers, since: new Date() });
  }
}
