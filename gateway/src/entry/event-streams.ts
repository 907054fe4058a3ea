import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/contracts';
import { endSpanOf } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Milliseconds between two comments that tell a client, and whatever stands before it, that the stream is alive. */
const HEARTBEAT_MS = 15_000;

/** Bytes that a client may be behind; who does not read is cut off, and resumes where it was. */
const MAX_BEHIND_BYTES = 1024 * 1024;

/** One client's stream of server-sent events. */
export class EventStream {
  private readonly ended = new AbortController();

  constructor(private readonly reply: FastifyReply) {
    const { raw } = reply;
    raw.once('close', () => this.ended.abort());
    const heartbeat = setInterval(() => raw.write(': alive\n\n'), HEARTBEAT_MS);
    this.closed.addEventListener('abort', () => clearInterval(heartbeat));
  }

  /** Aborts when the client has gone, or the stream was ended. */
  get closed(): AbortSignal {
    return this.ended.signal;
  }

  /** @param id what the client sends as `Last-Event-ID` to go on after this event */
  send(event: string, data: unknown, id?: string): void {
    if (this.closed.aborted) return;
    const lines = [...(id ? [`id: ${id}`] : []), `event: ${event}`, `data: ${JSON.stringify(data)}`];
    this.reply.raw.write(`${lines.join('\n')}\n\n`);
    if (this.reply.raw.writableLength > MAX_BEHIND_BYTES) this.reply.raw.destroy();
  }

  end(): void {
    this.reply.raw.end();
    this.ended.abort();
  }
}

/** Opens streams of events, and ends them when the process is to stop: HTTP would wait for them. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly open = new Set<EventStream>();

  begin(request: FastifyRequest, reply: FastifyReply): EventStream {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Nginx gathers answers otherwise.
      'x-accel-buffering': 'no',
      [HEADERS.requestId]: request.id,
    });
    reply.raw.flushHeaders();
    endSpanOf(request, reply);
    const stream = new EventStream(reply);
    this.open.add(stream);
    stream.closed.addEventListener('abort', () => this.open.delete(stream));
    return stream;
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.open) stream.end();
  }
}
