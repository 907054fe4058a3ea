import { setTimeout as pause } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HEADERS, MANIFEST_PATH } from '@turnpike/protocol';
import { ServiceTokenSigner, traceHeaders } from '@turnpike/service';
import type { AxiosResponse } from 'axios';
import { Gauge } from 'prom-client';
import { GatewayConfig } from '../config.js';
import { Breakers } from '../execution/circuit-breakers.js';
import { ServiceProbe } from '../execution/service-probe.js';
import { MAX_MANIFEST_BYTES, readManifest } from './form/read-manifest.js';
import { ManifestJudge } from './manifest-judge.js';
import { ManifestStore } from './manifest-store.js';

/*
 * Asks every service what it declares: at the start, when it is back after it was away, and from time to time. Every process
 * asks, and whichever finds something new first has it judged; the others hear of it.
 */

/** Milliseconds between two requests to a service that answers, which are answered with 304 as a rule. */
const ASK_EVERY_MS = 30_000;

/** Milliseconds after a request without an answer. */
const ASK_AGAIN_MS = 1000;

/** Milliseconds for an answer. */
const ANSWER_WITHIN_MS = 5000;

/** One that is larger than a manifest may be is an answer still, and is refused as such. */
const MAX_ANSWER_BYTES = 16 * MAX_MANIFEST_BYTES;

const refusals = new Gauge({
  name: 'turnpike_manifest_refused',
  help: 'Whether what a service declares cannot be carried out: 1, or 0 where it is carried out.',
  labelNames: ['service'] as const,
});

/** What a service has answered last. */
interface Answer {
  text: string;
  version: string | null;
  etag: string | null;
}

@Injectable()
export class ManifestReader implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ManifestReader.name);
  private readonly stopped = new AbortController();
  private readonly answers = new Map<string, Answer>();
  /** What stands in the way of a service's manifest, so that it is said once. */
  private readonly troubles = new Map<string, string>();
  private finished: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly http: HttpService,
    private readonly signer: ServiceTokenSigner,
    private readonly breakers: Breakers,
    private readonly probe: ServiceProbe,
    private readonly store: ManifestStore,
    private readonly judge: ManifestJudge,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.probe.onReturn((service) => void this.read(service));
    this.finished = Promise.all(Object.keys(this.config.services).map((service) => this.follow(service)));
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  /** @returns why that service's manifest cannot be had though it answers, or null */
  troubleOf(service: string): string | null {
    return this.troubles.get(service) ?? null;
  }

  /** @returns the version that the service says it has, or null where it has not said */
  versionOf(service: string): string | null {
    return this.answers.get(service)?.version ?? null;
  }

  private async follow(service: string): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const isAnswered = await this.read(service);
      await pause(isAnswered ? ASK_EVERY_MS : ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether there was an answer, and it could be judged; what has no answer is told of elsewhere */
  private read(service: string): Promise<boolean> {
    return this.ask(service)
      .then((response) => this.take(service, response))
      .catch(() => false);
  }

  private async ask(service: string): Promise<AxiosResponse<string>> {
    const authorization = `Bearer ${await this.signer.tokenFor(service)}`;
    const etag = this.answers.get(service)?.etag;
    return this.breakers.call(service, () =>
      this.http.axiosRef.request<string>({
        baseURL: this.config.services[service]!,
        url: MANIFEST_PATH,
        method: 'GET',
        headers: { ...traceHeaders(), authorization, ...(etag && { [HEADERS.ifNoneMatch]: etag }) },
        timeout: Math.min(ANSWER_WITHIN_MS, this.config.run.serviceTimeoutMs),
        signal: this.stopped.signal,
        // As it was sent: two that differ in a space have two hashes, and nobody minds.
        transformResponse: (text: string) => text,
        maxRedirects: 0,
        maxContentLength: MAX_ANSWER_BYTES,
        validateStatus: () => true,
      }),
    );
  }

  private async take(service: string, { status, data, headers }: AxiosResponse<string>): Promise<boolean> {
    if (status >= 500) return false;
    if (status === 200) {
      const { version } = readManifest(data, service);
      this.answers.set(service, { text: data, version, etag: (headers['etag'] as string) ?? null });
    }
    const isHad = status === 200 || status === 304;
    this.note(service, isHad ? null : troubleBy(status));
    const answer = this.answers.get(service);
    if (!this.store.joins(service)) return true;
    const counts = isHad && answer !== undefined && (await this.judge.judge(service, answer.text));
    refusals.set({ service }, Number(!counts));
    return true;
  }

  /** A service that is compiled in need not declare itself. */
  private note(service: string, trouble: string | null): void {
    if (!trouble || !this.store.joins(service)) return void this.troubles.delete(service);
    if (this.troubles.get(service) !== trouble) this.logger.error(`manifest of ${service}: ${trouble}`);
    this.troubles.set(service, trouble);
  }
}

function troubleBy(status: number): string {
  return status === 404
    ? `there is none at ${MANIFEST_PATH} (404)`
    : `it cannot be had: ${MANIFEST_PATH} is answered with ${status}`;
}
