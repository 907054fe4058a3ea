import { once } from 'node:events';
import type { Socket } from 'node:net';
import { api, LINE, register } from '../support/client.js';
import { head, open } from '../support/raw-http.js';
import { pause } from '../support/processes.js';
import { startSystem, type System } from '../support/system.js';

/** Of each kind. */
const CLIENTS = 40;
const CLOSED_WITHIN_MS = 15_000;
const HEALTHY_P99_MS = 500;

/** A byte in that time: a whole request would take minutes. */
const DRIP_MS = 1000;

/** Between two requests of the client that is well. */
const PACE_MS = 20;

const LOOK_AFTER_MS = 11_000;

/** A packet's worth; the answers would be 30 MB, more than the buffers of both ends hold. */
const UNREAD_ANSWERS = 300;

const HEAD = ['POST /v1/orders HTTP/1.1', 'Host: gateway', 'Content-Type: application/json'];
const BODY = JSON.stringify({ lines: [LINE] });

type Attack = (socket: Socket, authorization: string) => void;

const ATTACKS: Record<string, Attack> = {
  'send nothing': (socket) => socket.resume(),
  'send a byte of their headers a second': (socket) => drip(socket, head(...HEAD, 'Content-Length: 5')),
  'send a byte of their body a second': (socket, authorization) => {
    socket.write(head(...HEAD, authorization, `Content-Length: ${BODY.length}`));
    drip(socket, BODY);
  },
  'send a chunk of their body a second': (socket, authorization) => {
    socket.write(head(...HEAD, authorization, 'Transfer-Encoding: chunked'));
    drip(socket, '1\r\n{\r\n'.repeat(20), 6);
  },
  'ask for much and read nothing': (socket) => {
    socket.write(head('GET /openapi.json HTTP/1.1', 'Host: gateway').repeat(UNREAD_ANSWERS));
    // Whoever does not read does not learn that the connection has ended either: it looks when it must have.
    setTimeout(() => socket.resume(), LOOK_AFTER_MS);
  },
};

describe('200 clients that hold connections for nothing', () => {
  let system: System;
  let url: string;
  let token: string;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    token = (await register(url)).token;
  });
  afterAll(() => system?.stop());

  it('are out in 15 s, and the others are answered all the while', async () => {
    const healthy = healthyClient(url, token);
    const kinds = Object.entries(ATTACKS).map(
      async ([kind, attack]) => [kind, await lastClosed(attack)] as const,
    );
    const closed = await Promise.all(kinds);
    const latencies = await healthy.stop();
    expect(closed.filter(([, ms]) => ms > CLOSED_WITHIN_MS)).toEqual([]);
    expect(p99(latencies)).toBeLessThan(HEALTHY_P99_MS);
  });

  /** @returns the milliseconds until the last of those clients was out */
  async function lastClosed(attack: Attack): Promise<number> {
    const since = performance.now();
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open(url)));
    const ends = sockets.map((socket) => once(socket, 'close'));
    sockets.forEach((socket) => attack(socket, `Authorization: Bearer ${token}`));
    await Promise.all(ends);
    return performance.now() - since;
  }
});

/** One byte after the other, or as many as are said, until the connection ends. */
function drip(socket: Socket, text: string, bytes = 1): void {
  let at = 0;
  socket.resume();
  const timer = setInterval(() => socket.write(text.slice(at, (at += bytes))), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}

/** One request after the other, and how long each took, until it is told to stop. */
function healthyClient(url: string, token: string): { stop(): Promise<number[]> } {
  let stopped = false;
  const run = async (): Promise<number[]> => {
    const latencies: number[] = [];
    while (!stopped) {
      const since = performance.now();
      expect((await api(url, token).get('/v1/me')).status).toBe(200);
      latencies.push(performance.now() - since);
      await pause(PACE_MS);
    }
    return latencies;
  };
  const running = run();
  return {
    stop: () => {
      stopped = true;
      return running;
    },
  };
}

function p99(latencies: readonly number[]): number {
  return [...latencies].sort((one, other) => one - other)[Math.floor(latencies.length * 0.99)]!;
}
