import { EventParser, type ServerSentEvent } from './event-parser.js';
import { backoff, delayAfter, pause } from './http.js';

/*
 * Server-sent events over `fetch`: the browser's own EventSource cannot send a token. A stream that breaks is opened
 * again after the last event that was read, so that none is lost and none comes twice.
 */

/** Milliseconds without a byte after which a stream is taken for broken: the gateway sends some every 15 seconds. */
const SILENT_MS = 45_000;

/** Sends the request for a stream; null where there is nothing more to come. */
export type Open = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response | null>;

export interface StreamOptions {
  /** The id of the last event that is known already (what happens from now on). */
  lastEventId?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** An answer that is no stream of events, of something between gateway and client. */
export class NoStream extends Error {
  override readonly name = 'NoStream';
}

/** The events of one stream after another, until `open` says that there are no more, or throws what does not pass. */
export async function* resumedEvents(
  open: Open,
  { lastEventId = '', signal }: StreamOptions,
): AsyncGenerator<ServerSentEvent, void> {
  let parser = new EventParser(lastEventId);
  for (let failures = 0; ; failures += 1) {
    parser = new EventParser(parser.lastEventId);
    const connection = new Connection(signal);
    let delay: number | null;
    try {
      const answer = await open(headersOf(parser), connection.signal);
      if (answer === null) return;
      failures = 0;
      yield* connection.read(answer, parser);
      delay = backoff(failures);
    } catch (error) {
      signal?.throwIfAborted();
      delay = delayAfter(error, failures);
      if (delay === null) throw error;
    } finally {
      connection.close();
    }
    await pause(Math.max(delay, parser.retryMs), signal);
  }
}

function headersOf({ lastEventId }: EventParser): Record<string, string> {
  return { accept: 'text/event-stream', ...(lastEventId !== '' && { 'last-event-id': lastEventId }) };
}

/** One stream, from before it is asked for. */
class Connection {
  private readonly silence = new AbortController();
  private timer = this.listen();

  constructor(private readonly caller: AbortSignal | undefined) {}

  /** Aborts when nothing was heard for too long, or the caller has had enough. */
  get signal(): AbortSignal {
    return this.caller ? AbortSignal.any([this.caller, this.silence.signal]) : this.silence.signal;
  }

  async *read(answer: Response, parser: EventParser): AsyncGenerator<ServerSentEvent, void> {
    for await (const text of textOf(assertStream(answer))) {
      this.close();
      this.timer = this.listen();
      yield* parser.read(text);
    }
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private listen(): ReturnType<typeof setTimeout> {
    const silent = new DOMException(`Nothing was heard for ${SILENT_MS / 1000} s.`, 'TimeoutError');
    return setTimeout(() => this.silence.abort(silent), SILENT_MS);
  }
}

function assertStream({ status, headers, body }: Response): ReadableStream<Uint8Array> {
  if (body && headers.get('content-type')?.startsWith('text/event-stream')) return body;
  throw new NoStream(`${status} without a stream of events`);
}

/** By a reader: not every browser iterates over a stream. Whoever stops reading closes the connection. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
