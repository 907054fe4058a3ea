// One client of server-sent events, as a browser reads them: events as they come, and the id to go on after.
import type { OperationView } from '@turnpike/protocol';

export interface OperationEvent {
  id: string;
  event: string;
  data: OperationView;
}

/** Milliseconds; half of the time after which a stream looks by itself for what nobody has announced. */
const TOLD_WITHIN_MS = 15_000;

export class EventStreamClient {
  readonly events: OperationEvent[] = [];
  /** What a browser would send as `Last-Event-ID`. */
  lastEventId: string | null = null;
  /** Whether it ended in the middle of the answer. */
  wasCut = false;
  /** Fulfilled when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  private readonly aborter: AbortController;
  private wake = (): void => undefined;

  private constructor(
    readonly status: number,
    answer: Response,
    aborter: AbortController,
  ) {
    this.aborter = aborter;
    this.ended = this.read(answer.body).catch(() => {
      this.wasCut = true;
    });
  }

  /** Opens a stream; one that is refused has its status and no events. */
  static async open(
    address: string,
    { token, ...headers }: { token?: string } & Record<string, string | undefined> = {},
  ): Promise<EventStreamClient> {
    const given = Object.entries(headers).filter(([, value]) => value !== undefined) as [string, string][];
    const aborter = new AbortController();
    const answer = await fetch(address, {
      headers: [...given, ...(token ? [['authorization', `Bearer ${token}`] as [string, string]] : [])],
      signal: aborter.signal,
    });
    return new EventStreamClient(answer.status, answer, aborter);
  }

  /** Waits until what has come is enough. */
  async until(isEnough: (events: readonly OperationEvent[]) => boolean): Promise<OperationEvent[]> {
    let trouble = '';
    const give = (reason: string) => (): void => {
      trouble = reason;
      this.wake();
    };
    const timer = setTimeout(give('nothing has come any more'), TOLD_WITHIN_MS);
    void this.ended.then(give('the stream has ended'));
    while (!isEnough(this.events)) {
      if (trouble) throw new Error(`${trouble} after ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    clearTimeout(timer);
    return this.events;
  }

  /** Waits until those writes are over. */
  untilOver(...ids: string[]): Promise<OperationEvent[]> {
    return this.until((events) =>
      ids.every((id) => events.some(({ data }) => data.id === id && data.finishedAt !== null)),
    );
  }

  async close(): Promise<void> {
    this.aborter.abort();
    await this.ended;
  }

  private async read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    if (!body) return;
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      blocks.forEach((block) => this.take(block));
      this.wake();
    }
  }

  private take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const id = field('id');
    if (id !== undefined) this.lastEventId = id;
    const data = field('data');
    if (data === undefined) return;
    this.events.push({ id: id!, event: field('event')!, data: JSON.parse(data) as OperationView });
  }
}
