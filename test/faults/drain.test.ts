import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { api } from '../support/client.js';
import { startSystem, type System } from '../support/system.js';
import type { SystemProcess } from '../support/processes.js';
import {
  change,
  endedStates,
  FAST,
  newCustomer,
  rowOf,
  stepOf,
  successors,
  workerOf,
  ONE_BACKEND,
} from './kit.js';

/** Far below the 28 s after which a process gives up an orderly stop. */
const PROMPTLY_MS = 10_000;

/** What a client can leave unsaid, and what it does leave unsaid when it loses its network. */
const UNSAID: [what: string, text: string][] = [
  ['nothing at all', ''],
  ['half of the headers', 'POST /v1/orders HTTP/1.1\r\nhost: a\r\n'],
  [
    'half of the body',
    'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"em',
  ],
];

describe.each(ONE_BACKEND)('a process that is told to stop, on the %s queue', (queue) => {
  let system: System;
  let url: string;
  beforeAll(async () => {
    system = await startSystem({
      queue,
      env: { ...FAST, SERVICE_TIMEOUT_MS: '5000', LANE_LEASE_MS: '2000' },
      gateways: [{ role: 'api' }, { role: 'worker' }, { role: 'worker' }],
      proxied: ['ordering'],
    });
    url = system.gatewayUrls[0]!;
  });
  afterAll(() => system?.stop());

  it('finishes the write that it has begun, begins no other, and ends with 0', async () => {
    const { gateway } = system.databases;
    const customer = await newCustomer(url);
    const trap = system.proxies.ordering!.trap('request', stepOf(customer, 'ordering.change'), {
      type: 'hold',
    });
    const begun = await change(url, customer);
    await trap.caught;
    const waiting = await successors(url, customer, 3);
    const worker = await workerOf(system, begun);
    const stopped = stop(worker);
    trap.release();
    expect(await stopped).toEqual({ complaint: null, promptly: true });
    expect(await endedStates(gateway, [begun, ...waiting])).toEqual(Array(4).fill('succeeded'));
    expect(await rowOf(gateway, begun)).toMatchObject({ attempts: 1, crashes: 0 });
    worker.start();
    await worker.becomesReady();
  });

  it.each(UNSAID)('does not wait for a client that has sent %s', async (_what, text) => {
    const api = system.processes.gateways[0]!;
    const socket = await say(api.url, text);
    expect(await stop(api)).toEqual({ complaint: null, promptly: true });
    socket.destroy();
    api.start();
    await api.becomesReady();
  });

  it('answers 202 to who waits for the end of a write', async () => {
    const customer = await newCustomer(url);
    const trap = system.proxies.ordering!.trap('request', stepOf(customer, 'ordering.change'), {
      type: 'hold',
    });
    const lines = [{ sku: 'A', name: 'Tea', quantity: 2, unitPrice: { amount: 1, currency: 'EUR' } }];
    const waiting = api(url, customer.token).patch(
      `/v1/orders/${customer.orderId}`,
      { lines },
      {
        prefer: 'wait=30',
      },
    );
    await trap.caught;
    const gateway = system.processes.gateways[0]!;
    expect(await stop(gateway)).toEqual({ complaint: null, promptly: true });
    const { status, body } = await waiting;
    expect(status).toBe(202);
    trap.release();
    expect(await endedStates(system.databases.gateway, [body as { id: string }])).toEqual(['succeeded']);
    gateway.start();
    await gateway.becomesReady();
  });
});

async function stop(process: SystemProcess): Promise<{ complaint: string | null; promptly: boolean }> {
  const since = performance.now();
  const complaint = await process.stop();
  return { complaint, promptly: performance.now() - since < PROMPTLY_MS };
}

async function say(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  await once(socket, 'connect');
  if (text) await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  // Its connection is accepted when a later one has been answered.
  await fetch(`${url}/health/live`);
  return socket;
}
