import type { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import type { ServiceTokenSigner } from '@turnpike/service';
import { register } from 'prom-client';
import type { GatewayConfig } from '../config.js';
import { Breakers } from './circuit-breakers.js';
import { ServiceProbe } from './service-probe.js';

/** A status, or null for a service that does not answer. */
type Answers = Partial<Record<string, number | null>>;

const LOOK_AGAIN_MS = 20;

/** Milliseconds for what takes two looks of a second each. */
const PATIENCE_MS = 12_000;

jest.setTimeout(40_000);

describe('a gateway whose tokens are refused', () => {
  let answers: Answers;
  let probe: ServiceProbe;
  let said: string[];
  beforeEach(() => {
    said = [];
    for (const level of ['error', 'log'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...[message]: unknown[]) => void said.push(String(message)));
    const request = ({ baseURL }: { baseURL: string }) => {
      const status = answers[baseURL];
      return status ? Promise.resolve({ status }) : Promise.reject(new Error('ECONNREFUSED'));
    };
    probe = new ServiceProbe(
      { axiosRef: { request } } as unknown as HttpService,
      { tokenFor: () => Promise.resolve('token') } as unknown as ServiceTokenSigner,
      new Breakers(),
      {
        services: { identity: 'identity', ordering: 'ordering' },
        run: { serviceTimeoutMs: 1000 },
      } as unknown as GatewayConfig,
    );
  });
  afterEach(async () => {
    await probe.beforeApplicationShutdown();
    jest.restoreAllMocks();
  });

  async function refusals(): Promise<Record<string, number>> {
    const metric = await register.getSingleMetric('turnpike_service_refuses_tokens')?.get();
    return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels.service, value]));
  }

  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error('it does not become so');
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  it('by one service of two stays ready: that one has the wrong clock or key, and it is told', async () => {
    answers = { identity: 401, ordering: 200 };
    probe.onApplicationBootstrap();
    await until(() => said.some((line) => line.startsWith('identity refuses')));
    await until(async () => (await refusals()).identity === 1);
    expect(await refusals()).toMatchObject({ identity: 1, ordering: 0 });
    expect(probe.isAccepted).toBe(true);
  });

  it('by every service that answers is not ready, until one accepts them', async () => {
    answers = { identity: 401, ordering: 401 };
    probe.onApplicationBootstrap();
    await until(() => !probe.isAccepted);
    answers = { identity: 401, ordering: 200 };
    await until(() => probe.isAccepted);
    expect(said).toContain("ordering accepts the gateway's tokens again.");
    answers = { identity: 401, ordering: null };
    await until(() => !probe.isAccepted);
  });

  it('is ready again when the service that refused is stopped to be mended', async () => {
    answers = { identity: null, ordering: 401 };
    probe.onApplicationBootstrap();
    await until(() => !probe.isAccepted);
    answers = { identity: null, ordering: null };
    await until(() => probe.isAccepted);
    expect((await refusals()).ordering).toBe(0);
    // Nothing was accepted: it went away.
    expect(said.filter((line) => line.includes('again'))).toEqual([]);
  });
});
