/*
 * The format of server-sent events (WHATWG HTML, 9.2.6). The usual library, eventsource-parser, forgets an id that comes
 * without data. The gateway begins a stream with such an id, from which to resume one that breaks before its first event.
 */

export interface ServerSentEvent {
  type: string;
  data: string;
  /** What to resume after; empty where the server gives none. */
  id: string;
}

/** A line may end with CR alone, which the next piece of text may turn out to continue with LF. */
const LINE_END = /\r\n|\n|\r(?!$)/;

const FIELD = /^([^:]*):? ?([^]*)$/;

/** Reads one stream, from pieces of text as they come. */
export class EventParser {
  /** Milliseconds that the server asks to wait before its stream is opened again. */
  retryMs = 0;
  private rest = '';
  private id: string;
  private type = '';
  private data: string[] = [];

  /** @param lastEventId of the stream before this one; then of what was read to its end: half an event comes again */
  constructor(public lastEventId: string) {
    this.id = lastEventId;
  }

  /** @returns the events that this piece completes */
  *read(text: string): Generator<ServerSentEvent, void> {
    const lines = (this.rest + text).split(LINE_END);
    this.rest = lines.pop()!;
    for (const line of lines) {
      if (line !== '') this.take(line);
      else yield* this.complete();
    }
  }

  private take(line: string): void {
    const [, field, value] = FIELD.exec(line)! as unknown as [string, string, string];
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.type = value;
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  /** What has no data is no event. */
  private complete(): ServerSentEvent[] {
    this.lastEventId = this.id;
    const event = { type: this.type || 'message', data: this.data.join('\n'), id: this.lastEventId };
    const events = this.data.length > 0 ? [event] : [];
    this.type = '';
    this.data = [];
    return events;
  }
}
