// Who is told by webhooks: a server in the test's own process, with an address of its own for each subscriber.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One message, as it came. */
export interface Message {
  headers: IncomingHttpHeaders;
  /** The header `webhook-id`. */
  id: string;
  body: string;
  event: { type: string; timestamp: string; data: any };
  /** By `performance.now()`. */
  at: number;
}

type Answering = (message: Message, response: ServerResponse) => void;

const ACCEPT: Answering = (_message, response) => response.writeHead(204).end();

/** Somebody who is told. */
export class Subscriber {
  readonly messages: Message[] = [];
  /** How it answers. */
  answer: Answering = ACCEPT;
  private woken = new Set<() => void>();

  constructor(readonly url: string) {}

  /** Fulfilled when it has got that; with all messages that were like it. */
  async until(count: number, isMeant: (message: Message) => boolean = () => true): Promise<Message[]> {
    for (;;) {
      const found = this.messages.filter(isMeant);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.woken.add(resolve));
    }
  }

  receive(message: Message, response: ServerResponse): void {
    this.messages.push(message);
    this.answer(message, response);
    this.woken.forEach((wake) => wake());
    this.woken.clear();
  }
}

export class Receiver {
  private readonly subscribers = new Map<string, Subscriber>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const id = request.headers['webhook-id'] as string;
        const event = JSON.parse(body) as Message['event'];
        const message = { headers: request.headers, id, body, event, at: performance.now() };
        receiver.subscribers.get(request.url!)!.receive(message, response);
      });
    });
    const receiver = new Receiver(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  subscriber(): Subscriber {
    const path = `/${this.subscribers.size}`;
    const { port } = this.server.address() as AddressInfo;
    const subscriber = new Subscriber(`http://127.0.0.1:${port}${path}`);
    this.subscribers.set(path, subscriber);
    return subscriber;
  }

  stop(): void {
    this.server.close().closeAllConnections();
  }
}
