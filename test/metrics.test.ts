import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { api, placeOrder, register, signIn, waitFor } from './support/client.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const LOOK_AGAIN_MS = 100;
const ROOT = path.resolve(__dirname, '..');

describe('metrics', () => {
  let system: System;
  let url: string;
  beforeAll(async () => {
    system = await startSystem({
      gateways: [{ role: 'api' }, { role: 'worker' }],
      proxied: ['database'],
      env: { INTEGRITY_EVERY_MS: '0' },
    });
    url = system.gatewayUrls[0]!;
  }, 120_000);
  afterAll(() => system?.stop());

  const metricsOf = async (process: { env: Record<string, string> }): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    return answer.text();
  };

  /** The value of a sample that has all those labels, or undefined. */
  function valueOf(text: string, name: string, ...labels: string[]): number | undefined {
    const line = text
      .split('\n')
      .find((one) => one.startsWith(name) && labels.every((label) => one.includes(label)));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  }

  it('count what processes do: requests, batches, steps, and operations by kind and end', async () => {
    const person = await register(url);
    const order = await placeOrder(url, person.token);
    await waitFor(url, person.token, order.id);
    const [apiProcess, worker] = system.processes.gateways;
    const ofApi = await metricsOf(apiProcess!);
    expect(
      valueOf(ofApi, 'turnpike_http_request_duration_seconds_count', 'route="/v1/orders"', 'status="202"'),
    ).toBe(1);
    expect(valueOf(ofApi, 'turnpike_ledger_batch_size_count', 'batch="admission"')).toBeGreaterThan(1);
    const ofWorker = await metricsOf(worker!);
    expect(
      valueOf(ofWorker, 'turnpike_operation_runs_total', 'kind="order.place"', 'outcome="succeeded"'),
    ).toBe(1);
    expect(valueOf(ofWorker, 'turnpike_operation_duration_seconds_count', 'kind="order.place"')).toBe(1);
    expect(
      valueOf(ofWorker, 'turnpike_step_duration_seconds_count', 'step="ordering.place"', 'answer="applied"'),
    ).toBe(1);
  });

  it('have the ledger as operators see it, from every process of the gateway', async () => {
    const admin = api(url, await signIn(url, system.admin));
    const person = await register(url);
    await admin.post(`/v1/ops/lanes/${person.id}/pause`);
    await placeOrder(url, person.token);
    for (const process of system.processes.gateways) {
      const text = await until(
        () => metricsOf(process),
        (seen) => valueOf(seen, 'turnpike_operations', 'state="queued"') === 1,
      );
      expect(valueOf(text, 'turnpike_lanes', 'state="paused"')).toBe(1);
      expect(valueOf(text, 'turnpike_oldest_waiting_seconds')).toBeGreaterThan(0);
      expect(valueOf(text, 'turnpike_workers')).toBe(1);
      expect(valueOf(text, 'turnpike_breaker_state', 'service="ordering"')).toBe(0);
    }
  });

  it('of the services tell of their requests, by the pattern of the route and never by an id', async () => {
    const { identity, ordering } = system.processes;
    for (const [process, route] of [
      [identity, '/internal/steps/identity.register'],
      [ordering, '/internal/steps/ordering.place'],
    ] as const) {
      const text = await metricsOf(process);
      expect(
        valueOf(text, 'turnpike_http_request_duration_seconds_count', `route="${route}"`),
      ).toBeGreaterThan(0);
      expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
    }
  });

  it('say what integrity runs have found, nothing before the first, and the same in every process', async () => {
    const admin = api(url, await signIn(url, system.admin));
    const succeeded = 'turnpike_integrity_last_success_timestamp_seconds';
    const findings = 'turnpike_integrity_findings';
    const [before] = await Promise.all(system.processes.gateways.map(metricsOf));
    expect(valueOf(before!, `${succeeded} `)).toBe(0);
    expect(valueOf(before!, `${findings}{`)).toBeUndefined();
    const { id } = await register(url);
    await system.databases.ordering.query('delete from customers where user_id = $1', [id]);
    await admin.post('/v1/ops/integrity/runs');
    for (const process of system.processes.gateways) {
      const text = await until(
        () => metricsOf(process),
        (seen) => (valueOf(seen, `${succeeded} `) ?? 0) > 0,
      );
      expect(valueOf(text, findings, 'relation="ordering.customers"', 'kind="missing"')).toBe(1);
      expect(valueOf(text, findings, 'relation="identity.users"', 'kind="resurrected"')).toBe(0);
    }
    const [, worker] = system.processes.gateways;
    expect(valueOf(await metricsOf(worker!), 'turnpike_integrity_runs_total', 'outcome="done"')).toBe(1);
    expect(valueOf(await metricsOf(worker!), 'turnpike_integrity_runs_total', 'outcome="failed"')).toBe(0);
  });

  it('do not tell of a ledger that is away as if nothing waited', async () => {
    const { proxies, processes } = system;
    expect(valueOf(await metricsOf(processes.gateways[0]!), 'turnpike_ledger_up ')).toBe(1);
    await proxies.database!.down();
    const text = await until(
      () => metricsOf(processes.gateways[0]!),
      (seen) => valueOf(seen, 'turnpike_ledger_up ') === 0,
    );
    for (const name of ['oldest_waiting_seconds', 'workers', 'operations', 'integrity_findings']) {
      expect([name, valueOf(text, `turnpike_${name}`)]).toEqual([name, undefined]);
    }
    await proxies.database!.up();
    await until(
      () => metricsOf(processes.gateways[0]!),
      (seen) => valueOf(seen, 'turnpike_ledger_up ') === 1,
    );
  });

  it('are all there that the alerts, the dashboard and the scaling in deploy/ ask for', async () => {
    const texts = await Promise.all(system.processes.gateways.map(metricsOf));
    const known = new Set(
      texts
        .join('\n')
        .match(/^# TYPE \S+/gm)
        ?.map((line) => line.slice('# TYPE '.length)),
    );
    const files = ['prometheus/alerts.yml', 'grafana/turnpike.json'];
    for (const file of [...files, 'kubernetes/components/autoscaling/workers.yaml']) {
      const asked = readFileSync(path.join(ROOT, 'deploy', file), 'utf8').match(/\b(turnpike|nodejs)_\w+/g)!;
      const families = asked.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
      expect(families.filter((name) => !known.has(name))).toEqual([]);
      expect(families.length).toBeGreaterThan(3);
    }
  });

  it('stop a process that was given a port which is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const process = system.processes.ordering;
    await process.stop();
    const { port } = taken.address() as AddressInfo;
    const free = process.env.METRICS_PORT!;
    process.env.METRICS_PORT = String(port);
    process.start();
    expect(await process.exited).toBe(1);
    expect(process.output()).toContain(`Port ${port} is in use.`);
    process.env.METRICS_PORT = free;
    process.start();
    await process.becomesReady();
    taken.close();
  });
});

async function until<Seen>(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    await pause(LOOK_AGAIN_MS);
  }
}
