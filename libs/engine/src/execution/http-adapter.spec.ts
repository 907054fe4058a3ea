import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { freePort } from '../../../../test/support/ports.js';
import { TcpProxy } from '../../../../test/support/proxy.js';
import { keptConnections } from './http-adapter.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

describe('calls on kept connections', () => {
  let server: Server;
  let handle: Handler;
  let sockets: { opened: number; closed: number };
  let call: AxiosInstance;

  beforeEach(async () => {
    const own = (sockets = { opened: 0, closed: 0 });
    server = createServer((request, response) => void handle(request, response));
    server.on('connection', (socket) => {
      own.opened += 1;
      socket.once('close', () => (own.closed += 1));
    });
    call = axios.create({ adapter: keptConnections(1), baseURL: await listening(server) });
  });
  afterEach(async () => {
    const end = once(server, 'close');
    server.close().closeAllConnections();
    await end;
  });

  it('carry method, path, query, headers and body, and bring status, headers and body back', async () => {
    handle = async (request, response) => {
      const said = await text(request);
      const { method, url, headers } = request;
      response.writeProcessing();
      response.writeHead(418, { 'x-kind': 'teapot', 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({ method, url, tag: headers['x-tag'], type: headers['content-type'], said }),
      );
    };
    const answer = await call.request({
      ...{ method: 'post', url: '/steps/ä?', params: { a: 1, none: undefined } },
      ...{ data: { name: 'Zoë' }, headers: { 'x-tag': 'seven' } },
    });
    expect(answer.status).toBe(418);
    expect(answer.headers['x-kind']).toBe('teapot');
    expect(answer.data).toEqual({
      ...{ method: 'POST', url: '/steps/%C3%A4?a=1', tag: 'seven', type: 'application/json' },
      said: '{"name":"Zoë"}',
    });
  });

  it('use one connection again and again, one call at a time', async () => {
    let atOnce = 0;
    let most = 0;
    handle = (_request, response) => {
      most = Math.max(most, (atOnce += 1));
      setTimeout(() => {
        atOnce -= 1;
        response.end('{}');
      }, 5);
    };
    await Promise.all([call.get('/'), call.get('/'), call.get('/')]);
    expect({ opened: sockets.opened, most }).toEqual({ opened: 1, most: 1 });
  });

  it('follow no redirect', async () => {
    handle = (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    expect((await call.get('/')).status).toBe(302);
  });

  it.each<[string, Handler]>([
    ['no answer', () => undefined],
    [
      'half an answer',
      (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('{'),
    ],
    ['an answer that drips', (_request, response) => drip(response)],
  ])('end at their time limit with %s, and so does the connection', async (_what, handler) => {
    handle = handler;
    const since = performance.now();
    await expect(call.get('/', { timeout: 150 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect(performance.now() - since).toBeLessThan(1000);
    await untilTrue(() => sockets.closed > 0);
  });

  it('that wait too long for a connection are not sent any more', async () => {
    const seen: (string | undefined)[] = [];
    let answer = (): void => undefined;
    handle = (request, response) => {
      seen.push(request.url);
      if (request.url === '/first') answer = () => void response.end('{}');
      else response.end('{}');
    };
    const first = call.get('/first');
    await untilTrue(() => seen.length === 1);
    await expect(call.get('/second', { timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
    answer();
    await first;
    await call.get('/third');
    expect(seen).toEqual(['/first', '/third']);
  });

  it('leave every connection of before once one call got no answer: the network may have forgotten them all', async () => {
    const proxy = await TcpProxy.to(await listening(server), await freePort()).up();
    call = axios.create({ adapter: keptConnections(8), baseURL: proxy.through(await listening(server)) });
    handle = (_request, response) => setTimeout(() => response.end('{}'), 20);
    const eight = (timeout: number) => Promise.allSettled(times(8, () => call.get('/', { timeout })));
    await eight(5000);
    expect(sockets.opened).toBe(8);
    proxy.forget();
    await expect(call.get('/', { timeout: 100 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect((await eight(5000)).map(({ status }) => status)).toEqual(times(8, () => 'fulfilled'));
    await proxy.down();
  });

  it('end by their signal, and so does the connection', async () => {
    const controller = new AbortController();
    handle = () => controller.abort();
    await expect(call.get('/', { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_CANCELED',
    });
    await untilTrue(() => sockets.closed > 0);
  });

  it('end where an answer is too large, and so does the connection', async () => {
    handle = (_request, response) => void response.end('x'.repeat(100_000));
    const limit: AxiosRequestConfig = { maxContentLength: 99_999 };
    await expect(call.get('/', limit)).rejects.toThrow('larger than 99999 bytes');
    await untilTrue(() => sockets.closed > 0);
    expect((await call.get('/', { maxContentLength: 100_000 })).data).toHaveLength(100_000);
  });

  it('take no answer that names another call, nor the next one from its connection', async () => {
    handle = (_request, response) => void response.setHeader('call-id', 'one').end('{"whose":"one"}');
    expect((await call.get('/', { headers: { 'call-id': 'one' } })).data).toEqual({ whose: 'one' });
    expect(sockets.opened).toBe(1);
    await expect(call.get('/', { headers: { 'call-id': 'other' } })).rejects.toThrow('that of another call');
    await untilTrue(() => sockets.closed > 0);
    await call.get('/', { headers: { 'call-id': 'one' } });
    expect(sockets.opened).toBeGreaterThan(1);
  });

  it('fail where nobody listens', async () => {
    const nobody = createTcpServer();
    const url = await listening(nobody);
    nobody.close();
    await expect(call.get('/', { baseURL: url })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each(['', 'what?\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'])(
    'fail where the connection ends after %j',
    async (answer) => {
      const broken = createTcpServer((socket) => socket.once('data', () => socket.end(answer)));
      await expect(call.get('/', { baseURL: await listening(broken) })).rejects.toThrow();
      broken.close();
    },
  );
});

async function listening(server: TcpServer): Promise<string> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function text(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('{'), 20);
  response.once('close', () => clearInterval(timer));
}

function times<Result>(count: number, make: () => Result): Result[] {
  return Array.from({ length: count }, make);
}

async function untilTrue(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}
