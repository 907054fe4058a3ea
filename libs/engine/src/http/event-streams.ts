import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HEADERS, type ProblemCode } from '@turnpike/protocol';
import { endSpanOf, problemOf, unavailable } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, verifyAgain } from '../request/authorise.js';
import { rateLimited } from '../limits/quota.js';
import { becomesStream, clientGone } from '../limits/concurrent-requests.js';

/** Milliseconds between two comments that tell a client, and whatever stands before it, that the stream is alive. */
const HEARTBEAT_MS = 15_000;

/** Milliseconds after which a client that was cut off comes again, to another process if this one stops. */
const RETRY_MS = 1000;

/** Milliseconds between two looks whether sessions go on; of an end this process knows within 2 s, and has 5. */
const VERIFY_MS = 2000;

/** Milliseconds in which a client takes the end of a stream; who does not read is cut off. */
const END_WITHIN_MS = 1000;

/** Bytes that a client may be behind; who does not read is cut off, and resumes where it was. */
const MAX_BEHIND_BYTES = 1024 * 1024;

/** Streams of one user in one process: a few pages and devices. Of 10,000 connections nobody can have many. */
const MAX_STREAMS = 10;

/** One client's stream of server-sent events. */
export class EventStream {
  private readonly ended = new AbortController();

  constructor(private readonly reply: FastifyReply) {
    const { raw } = reply;
    raw.once('close', () => this.ended.abort());
    const heartbeat = setInterval(() => this.write(': alive\n\n'), HEARTBEAT_MS);
    this.closed.addEventListener('abort', () => clearInterval(heartbeat));
  }

  /** Aborts when the client has gone, or the stream was ended. */
  get closed(): AbortSignal {
    return this.ended.signal;
  }

  /** @param id what the client sends as `Last-Event-ID` to go on after this event */
  send(event: string, data: unknown, id?: string): void {
    const lines = [...(id ? [`id: ${id}`] : []), `event: ${event}`, `data: ${JSON.stringify(data)}`];
    this.write(`${lines.join('\n')}\n\n`);
    if (this.reply.raw.writableLength > MAX_BEHIND_BYTES) this.reply.raw.destroy();
  }

  /** Tells the client, without an event, what to send as `Last-Event-ID` if it is cut off before the first. */
  beginAfter(id: string): void {
    this.write(`id: ${id}\n\n`);
  }

  /** Waits until the client has taken most of what was sent. */
  async taken(): Promise<void> {
    if (!this.reply.raw.writableNeedDrain) return;
    await once(this.reply.raw, 'drain', { signal: this.closed }).catch(() => undefined);
  }

  end(): void {
    const { raw } = this.reply;
    raw.end();
    const late = setTimeout(() => raw.destroy(), END_WITHIN_MS);
    raw.once('close', () => clearTimeout(late));
    this.ended.abort();
  }

  /** After the end nothing may be written: Node makes an error of it that nobody catches, which ends the process. */
  private write(text: string): void {
    if (!this.closed.aborted) this.reply.raw.write(text);
  }
}

/** What is said of a session that has ended, and of a role that is gone. */
const ENDS: readonly ProblemCode[] = ['unauthenticated', 'forbidden'];

type Verify = () => Promise<unknown>;

/**
 * Opens streams of events, and ends them with the session, or when the process is to stop: HTTP would wait for them.
 */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly open = new Map<EventStream, Verify>();
  private readonly countOf = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private isVerifying = false;
  private stopped = false;

  /** Not with the first stream: what a request begins goes on in its name, its lines of the log and its share of the database. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.verifyAll(), VERIFY_MS).unref();
  }

  /**
   * @param holder whose stream it is where nobody is signed in: what the token lets in to, since one token may be
   *   written in many ways
   * @param verify throws when what let the request in is over
   * @throws Problem 429 where the caller has too many streams, 503 where the process stops
   */
  begin(
    request: FastifyRequest,
    reply: FastifyReply,
    { holder = '', verify = () => verifyAgain(request) }: { holder?: string; verify?: Verify } = {},
  ): EventStream {
    if (this.stopped) throw unavailable('This process stops.');
    // Its connection closes no second time, and nothing would end the stream.
    if (clientGone(request)?.aborted) throw unavailable('The client has gone.');
    const owner = callerOf(request)?.userId ?? holder;
    this.count(owner);
    becomesStream(request);
    reply.hijack();
    // Beside what browsers are told with every answer: which pages may read it, say.
    void reply.headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Nginx gathers answers otherwise.
      'x-accel-buffering': 'no',
      [HEADERS.requestId]: request.id,
    });
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    reply.raw.write(`retry: ${RETRY_MS}\n\n`);
    endSpanOf(request, reply);
    const stream = new EventStream(reply);
    this.open.set(stream, verify);
    stream.closed.addEventListener('abort', () => {
      this.open.delete(stream);
      this.uncount(owner);
    });
    // There will be nothing to send, and the client waits for the end; or it has gone meanwhile, and says so no more.
    if (request.method === 'HEAD' || reply.raw.destroyed) stream.end();
    return stream;
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    for (const stream of this.open.keys()) stream.end();
  }

  private count(owner: string): void {
    const count = this.countOf.get(owner) ?? 0;
    if (count >= MAX_STREAMS) throw rateLimited(HEARTBEAT_MS / 1000);
    this.countOf.set(owner, count + 1);
  }

  private uncount(owner: string): void {
    const count = this.countOf.get(owner)! - 1;
    if (count > 0) this.countOf.set(owner, count);
    else this.countOf.delete(owner);
  }

  /** While it cannot be said whether a session goes on, nothing can be read that a stream could tell. */
  private async verifyAll(): Promise<void> {
    if (this.isVerifying) return;
    this.isVerifying = true;
    await Promise.all([...this.open].map(([stream, verify]) => endUnless(stream, verify)));
    this.isVerifying = false;
  }
}

async function endUnless(stream: EventStream, verify: Verify): Promise<void> {
  await verify().catch((error: unknown) => {
    if (ENDS.includes(problemOf(error).code)) stream.end();
  });
}
