import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Addresses } from './address-guard.js';
import { Interrupted, Sender } from './sender.js';

const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{}' };

describe('a receiver', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  const addresses = new Addresses(['127.0.0.1'], false);
  const sender = new Sender(addresses, 300);
  const patient = new Sender(addresses, 60_000);
  const stopped = new AbortController();
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await Promise.all([sender.close(), patient.close()]);
    server.close().closeAllConnections();
  });

  test('that does not answer in time has not accepted', async () => {
    answer = () => undefined;
    expect(await sender.post(url, MESSAGE, stopped.signal)).toMatchObject({ status: null, error: 'timeout' });
  });

  test('that answers without end is left after 1 KiB, and what its status says holds', async () => {
    let socket: Socket | undefined;
    answer = (request, response) => {
      socket = request.socket;
      response.writeHead(200).write('x'.repeat(1025));
    };
    expect(await patient.post(url, MESSAGE, stopped.signal)).toMatchObject({ status: 200, error: null });
    // It is reset, which is an error of its own.
    if (!socket!.destroyed) await new Promise((resolve) => socket!.once('close', resolve));
  });

  test('that answers bit by bit is left when its time is over, and what its status says holds', async () => {
    answer = (_request, response) => {
      const dripping = setInterval(() => response.write('x'), 50);
      response.writeHead(200).once('close', () => clearInterval(dripping));
    };
    expect(await sender.post(url, MESSAGE, stopped.signal)).toMatchObject({ status: 200, error: null });
  });

  test('that cannot be reached has not accepted', async () => {
    answer = (request) => request.socket.destroy();
    expect(await sender.post(url, MESSAGE, stopped.signal)).toMatchObject({ error: 'unreachable' });
  });

  test('is not waited for by a process that stops', async () => {
    answer = () => stopped.abort();
    await expect(patient.post(url, MESSAGE, stopped.signal)).rejects.toThrow(Interrupted);
  });
});
