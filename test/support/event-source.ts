// A service as far as its events go: it lists what was not acknowledged, oldest first, and can be made to fail.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DomainEvent, EVENTS_PATH } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';

export class EventSource {
  /** What was not acknowledged, as a service would list it. */
  pending: DomainEvent[] = [];
  /** How often somebody has asked for them. */
  looks = 0;
  /** How many acknowledgements are answered with 503 and change nothing. */
  refuseAcknowledgements = 0;
  /** While set, nothing is answered but 503. */
  down = false;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Reports something about a user; by default a deletion that began in the service. */
  report(subject: string, fields: Partial<DomainEvent> = {}): DomainEvent {
    const event: DomainEvent = {
      specversion: '1.0',
      id: uuidv7(),
      source: '/identity',
      type: 'turnpike.user.deleted',
      subject,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { operationId: null },
      ...fields,
    };
    this.pending.push(event);
    return event;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://service');
    if (this.down) return void response.writeHead(503).end();
    if (url.pathname === EVENTS_PATH) {
      this.looks += 1;
      const items = this.pending.slice(0, Number(url.searchParams.get('limit')));
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ items }));
    }
    const { ids } = JSON.parse((await request.toArray()).join('')) as { ids: string[] };
    if (this.refuseAcknowledgements > 0) {
      this.refuseAcknowledgements -= 1;
      return void response.writeHead(503).end();
    }
    this.pending = this.pending.filter(({ id }) => !ids.includes(id));
    response.writeHead(204).end();
  }
}
