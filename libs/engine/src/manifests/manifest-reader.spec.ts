import 'reflect-metadata';
import { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { SERVICE_SIGNING_KEY, ServiceTokenSigner } from '@turnpike/service';
import { register } from 'prom-client';
import { FakeService } from '../../../../test/support/fake-service.js';
import { LOYALTY } from '../../../../test/support/manifests.js';
import { until } from '../../../../test/support/processes.js';
import type { GatewayConfig } from '../config.js';
import { Breakers } from '../execution/circuit-breakers.js';
import type { ServiceProbe } from '../execution/service-probe.js';
import type { ManifestJudge } from './manifest-judge.js';
import { ManifestReader } from './manifest-reader.js';
import type { ManifestStore } from './manifest-store.js';

const TEXT = JSON.stringify(LOYALTY);

describe('what a service declares', () => {
  let service: FakeService;
  let reader: ManifestReader;
  /** What was judged, in order. */
  let judged: string[];
  let joins: boolean;
  let accepts: boolean;
  let isBack: (service: string) => void;
  const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  beforeEach(async () => {
    service = await FakeService.start(LOYALTY);
    [judged, joins, accepts] = [[], true, true];
    errors.mockClear();
    reader = new ManifestReader(
      new HttpService(),
      new ServiceTokenSigner(SERVICE_SIGNING_KEY.sample),
      new Breakers(),
      { onReturn: (listener) => void (isBack = listener) } as Pick<ServiceProbe, 'onReturn'> as ServiceProbe,
      { joins: () => joins } as unknown as ManifestStore,
      { judge: async (_name: string, text: string) => judged.push(text) > 0 && accepts } as ManifestJudge,
      { services: { loyalty: service.url }, run: { serviceTimeoutMs: 5000 } } as unknown as GatewayConfig,
    );
  });
  afterEach(async () => {
    await reader.beforeApplicationShutdown();
    await service.goAway();
  });
  afterAll(() => jest.restoreAllMocks());

  const untilRead = (times: number): Promise<unknown> =>
    until(async () => service.manifestAnswers.length >= times);
  const told = (): string[] => errors.mock.calls.map(([message]) => String(message));

  it('is judged as it was sent, for a token that is for that service alone', async () => {
    reader.onApplicationBootstrap();
    await until(async () => judged.length > 0);
    expect(judged).toEqual([TEXT]);
    expect(reader.versionOf('loyalty')).toBe('1.4.0');
  });

  it('is told by a metric while it cannot be carried out', async () => {
    const refused = async (): Promise<string | undefined> =>
      /turnpike_manifest_refused\{service="loyalty"\} (\d)/.exec(
        await register.getSingleMetricAsString('turnpike_manifest_refused'),
      )?.[1];
    accepts = false;
    reader.onApplicationBootstrap();
    await until(async () => (await refused()) === '1');
    accepts = true;
    isBack('loyalty');
    await until(async () => (await refused()) === '0');
    service.manifestAnswer = { status: 404, body: '' };
    isBack('loyalty');
    await until(async () => (await refused()) === '1');
  });

  it('is sent once while it stays the same, and judged again', async () => {
    reader.onApplicationBootstrap();
    await until(async () => judged.length > 0);
    isBack('loyalty');
    await until(async () => judged.length > 1);
    expect(judged).toEqual([TEXT, TEXT]);
    expect(service.manifestAnswers).toEqual([200, 304]);
  });

  it('is asked for as soon as the service is back', async () => {
    reader.onApplicationBootstrap();
    await untilRead(1);
    service.manifest = { ...LOYALTY, version: '1.5.0' };
    isBack('loyalty');
    await until(async () => reader.versionOf('loyalty') === '1.5.0');
    expect(judged).toHaveLength(2);
  });

  it('is asked for again soon where there was no answer', async () => {
    service.manifestAnswer = { status: 503, body: '' };
    reader.onApplicationBootstrap();
    await untilRead(1);
    service.manifestAnswer = null;
    await until(async () => judged.length > 0);
    expect(told()).toEqual([]);
  });

  it.each([
    [404, 'manifest of loyalty: there is none at /internal/manifest (404)'],
    [401, 'manifest of loyalty: it cannot be had: /internal/manifest is answered with 401'],
  ])('is missed once where the answer is %s', async (status, line) => {
    service.manifestAnswer = { status, body: '{}' };
    reader.onApplicationBootstrap();
    await until(async () => reader.troubleOf('loyalty') !== null);
    isBack('loyalty');
    await untilRead(2);
    expect(told()).toEqual([line]);
    expect(`manifest of loyalty: ${reader.troubleOf('loyalty')}`).toBe(line);
    service.manifestAnswer = null;
    isBack('loyalty');
    await until(async () => judged.length > 0);
    expect(reader.troubleOf('loyalty')).toBeNull();
  });

  it('counts for its version alone where the service is compiled in, and need not be there', async () => {
    joins = false;
    service.manifestAnswer = { status: 404, body: '{}' };
    reader.onApplicationBootstrap();
    await untilRead(1);
    service.manifestAnswer = null;
    isBack('loyalty');
    await until(async () => reader.versionOf('loyalty') === '1.4.0');
    expect(judged).toEqual([]);
    expect(told()).toEqual([]);
    expect(reader.troubleOf('loyalty')).toBeNull();
  });
});
