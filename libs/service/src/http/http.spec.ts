import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createHttpAdapter } from './http.js';
import { createLogger } from '../process/logging.js';

/** More than the buffers of both ends of a connection hold. */
const LARGE = 'x'.repeat(64 * 1024 * 1024);

describe('a process', () => {
  let fastify: FastifyInstance;
  const adapter = (production: boolean) =>
    createHttpAdapter(createLogger('test', 'silent'), { production, corsOrigins: [] }).adapter;

  beforeEach(() => (fastify = adapter(true).getInstance<FastifyInstance>()));
  afterEach(() => fastify.close());

  it('ends a connection on which nothing of an answer is read', async () => {
    const asked = new Promise<Promise<unknown>>((resolve) => {
      fastify.get('/large', (request) => {
        resolve(once(request.raw.socket, 'close'));
        return LARGE;
      });
    });
    await fastify.listen({ port: 0 });
    const { port } = fastify.server.address() as AddressInfo;
    const socket = connect(port).pause();
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    const since = performance.now();
    await await asked;
    expect(performance.now() - since).toBeLessThan(15_000);
    socket.destroy();
  }, 30_000);

  it('closes a connection at its fifth request without an answer', async () => {
    let requests = 0;
    const heldUp = new EventEmitter();
    fastify.get('/', (_request, reply) => {
      reply.hijack();
      heldUp.emit('request', (requests += 1));
    });
    await fastify.listen({ port: 0 });
    const { port } = fastify.server.address() as AddressInfo;
    const socket = connect(port).on('error', () => undefined);
    const closed = once(socket, 'close');
    for (const expected of [1, 2, 3, 4]) {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(await once(heldUp, 'request')).toEqual([expected]);
    }
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await Promise.race([closed, once(heldUp, 'request')]);
    socket.destroy();
    expect(requests).toBe(4);
  });

  it('bounds its connections, and the time for which one is kept without a request', () => {
    expect(fastify.server.maxConnections).toBe(10_000);
    expect(fastify.server.keepAliveTimeout).toBe(72_000);
    expect(fastify.server.headersTimeout).toBe(10_000);
    expect(fastify.server.requestTimeout).toBe(10_000);
  });

  it('names in its log the trace of a request, though it makes no spans itself: what it was sent with, or a new one', async () => {
    const lines: string[] = [];
    const logger = createLogger('test', 'info', { write: (line) => void lines.push(line) });
    const { adapter: logging } = createHttpAdapter(logger, { production: true, corsOrigins: [] });
    const other = logging.getInstance<FastifyInstance>();
    const traceId = 'ab'.repeat(16);
    const HEX = /^[0-9a-f]{32}$/;
    for (const traceparent of [
      `00-${traceId}-c11e27c11e27c11e-01`,
      '00-garbage',
      `00-${'0'.repeat(32)}-1-01`,
    ]) {
      await other.inject({ url: '/nothing', headers: { traceparent } });
    }
    const named = lines.map((line) => (JSON.parse(line) as { traceId?: string }).traceId);
    expect(named).toEqual([traceId, expect.stringMatching(HEX), expect.stringMatching(HEX)]);
    expect(new Set(named).size).toBe(3);
    await other.close();
  });

  it.each([true, false])('tells browsers to come by HTTPS in production alone (%s)', async (production) => {
    const other = adapter(production).getInstance<FastifyInstance>();
    const { headers } = await other.inject('/nothing');
    const aYear = `max-age=${365 * 24 * 3600}; includeSubDomains`;
    expect(headers['strict-transport-security']).toBe(production ? aYear : undefined);
    await other.close();
  });
});
