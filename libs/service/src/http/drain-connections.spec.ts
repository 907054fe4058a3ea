import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Connections, watchConnections } from './drain-connections.js';
import { createHttpAdapter } from './http.js';
import { createLogger } from '../process/logging.js';

const GET = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';
const HALF_A_POST = 'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhalf';

describe('a server that has stopped listening', () => {
  let fastify: FastifyInstance;
  let server: Server;
  let connections: Connections;
  /** Those that are still to be answered. */
  let responses: ServerResponse[];
  let clients: Client[];

  beforeEach(async () => {
    [responses, clients] = [[], []];
    const { adapter } = createHttpAdapter(createLogger('test', 'silent'), {
      production: true,
      corsOrigins: [],
    });
    fastify = adapter.getInstance<FastifyInstance>();
    // It goes no further: the test answers the requests itself.
    fastify.addHook('onRequest', (_request, reply, _done) => void responses.push(reply.raw));
    server = fastify.server;
    connections = watchConnections(server);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    clients.forEach(({ socket }) => socket.destroy());
    await fastify.close();
  });

  async function send(text: string, requests: number): Promise<Client> {
    const client = new Client(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    clients.push(client);
    client.socket.write(text);
    while (responses.length < requests) await once(server, 'request');
    return client;
  }

  it('ends what was not sent whole, and answers what was, however long that takes', async () => {
    const one = await send(GET, 1);
    const two = await send(GET + GET, 3);
    const half = await send(HALF_A_POST, 4);
    const idle = await send('', 4);
    const [first, second, third] = responses;
    second!.end('second');
    await once(two.socket, 'data');
    connections.endUnsent();
    await Promise.all([half.closed, idle.closed]);
    first!.end('first');
    third!.end('third');
    await Promise.all([one.until('first'), two.until('third')]);
  });
});

class Client {
  readonly closed: Promise<unknown>;
  private received = '';

  constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.received += String(data)));
    socket.on('error', () => undefined);
    this.closed = once(socket, 'close');
  }

  /** @throws when the connection ends before */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.socket.closed) throw new Error(`${text} was not answered`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }
}
