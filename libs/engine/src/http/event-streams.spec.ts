import { EventEmitter } from 'node:events';
import { Problem, unavailable } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from './event-streams.js';

/** A client as Node sees it: what was written, and what it has not taken yet. */
class Client extends EventEmitter {
  written = '';
  writableLength = 0;
  destroyed = false;

  writeHead(): void {}

  write(text: string): void {
    this.written += text;
  }

  end(): void {}

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('a stream of events', () => {
  let client: Client;
  let streams: EventStreams;
  const begin = (method = 'GET', verify?: () => Promise<unknown>) => {
    const reply = { raw: client, hijack() {}, headers() {}, getHeaders: () => ({}) };
    return streams.begin({ method, headers: {} } as FastifyRequest, reply as unknown as FastifyReply, {
      verify,
    });
  };
  beforeEach(() => {
    jest.useFakeTimers();
    client = new Client();
    streams = new EventStreams();
    streams.onApplicationBootstrap();
  });
  afterEach(() => jest.useRealTimers());

  it('says when to come again, and every 15 s that it is alive, until the client has gone', () => {
    begin();
    expect(client.written).toBe('retry: 1000\n\n');
    jest.advanceTimersByTime(30_000);
    expect(client.written).toBe('retry: 1000\n\n: alive\n\n: alive\n\n');
    client.emit('close');
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(30_000);
    expect(client.written).toBe('retry: 1000\n\n: alive\n\n: alive\n\n');
  });

  it('cuts a client off that does not read', () => {
    const stream = begin();
    stream.send('operation', {}, '1');
    expect(client.destroyed).toBe(false);
    client.writableLength = 2 ** 20 + 1;
    stream.send('operation', {}, '2');
    expect(client.destroyed).toBe(true);
    expect(stream.closed.aborted).toBe(true);
  });

  it('ends at once for who asks for its headers alone', () => {
    const stream = begin('HEAD');
    expect(stream.closed.aborted).toBe(true);
    stream.beginAfter('7');
    expect(client.written).toBe('retry: 1000\n\n');
  });

  it('is not kept for a client that has gone before it began', () => {
    client.destroy();
    expect(begin().closed.aborted).toBe(true);
    jest.advanceTimersByTime(15_000);
    expect(client.written).toBe('retry: 1000\n\n');
  });

  it('does not wait for a client that does not take the end', () => {
    begin().end();
    expect(client.destroyed).toBe(false);
    jest.advanceTimersByTime(1000);
    expect(client.destroyed).toBe(true);
  });

  it('is refused beside ten of the same client, until one of them has ended', () => {
    const clients = Array.from({ length: 10 }, () => {
      client = new Client();
      begin();
      return client;
    });
    client = new Client();
    expect(() => begin()).toThrow(expect.objectContaining({ code: 'rate-limited' }) as Error);
    expect(client.written).toBe('');
    clients[3]!.emit('close');
    expect(begin().closed.aborted).toBe(false);
    expect(() => begin()).toThrow(Problem);
  });

  it('is looked at by no timer of the request that began it, and once at a time', async () => {
    const before = jest.getTimerCount();
    const verify = jest.fn(() => new Promise(() => {}));
    begin('GET', verify);
    // The heartbeat alone.
    expect(jest.getTimerCount()).toBe(before + 1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('ends within 5 s of the session that let it in, and not while nobody can say', async () => {
    let end: Problem | null = null;
    const stream = begin('GET', async () => {
      if (end) throw end;
    });
    await jest.advanceTimersByTimeAsync(5000);
    end = unavailable('The database is away.');
    await jest.advanceTimersByTimeAsync(5000);
    expect(stream.closed.aborted).toBe(false);
    end = new Problem('unauthenticated');
    await jest.advanceTimersByTimeAsync(5000);
    expect(stream.closed.aborted).toBe(true);
  });
});
