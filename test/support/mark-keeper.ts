// A service as far as its marks and fences go: it can be put back to any moment before.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FENCES_PATH, type FenceView, type Mark, MARK_PATH, type SetMark } from '@turnpike/protocol';

interface Memory {
  mark: Mark | null;
  fences: Map<string, FenceView>;
}

export class MarkKeeper {
  memory: Memory = { mark: null, fences: new Map() };
  /** How often its mark was asked for. */
  looks = 0;
  /** While set, nothing is answered but 503. */
  down = false;
  /** While set, it knows nothing of marks. */
  foreign = false;
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

  backUp(): Memory {
    return structuredClone(this.memory);
  }

  /** A step of that place was applied. */
  apply(userId: string, seq: number, tombstoned = false): void {
    this.memory.fences.set(userId, { userId, seq, tombstoned });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://service');
    const send = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.down) return send(503, {});
    if (this.foreign) return send(404, { code: 'not-found', status: 404 });
    if (pathname === FENCES_PATH) return send(200, { items: this.page(searchParams) });
    if (pathname !== MARK_PATH) return send(404, { code: 'not-found', status: 404 });
    if (request.method === 'PUT') return send(200, this.keep(await bodyOf(request)));
    this.looks += 1;
    send(200, { mark: this.memory.mark });
  }

  private keep({ mark, fences }: SetMark): { behind: string[] } {
    const isBehind = ({ userId, seq }: SetMark['fences'][number]): boolean =>
      (this.memory.fences.get(userId)?.seq ?? 0) < seq;
    const behind = fences.filter(isBehind).map(({ userId }) => userId);
    if (behind.length === 0 && mark.number > (this.memory.mark?.number ?? 0)) this.memory.mark = mark;
    return { behind };
  }

  private page(query: URLSearchParams): FenceView[] {
    const after = query.get('after') ?? '';
    return [...this.memory.fences.values()]
      .filter(({ userId }) => userId > after)
      .sort((a, b) => (a.userId < b.userId ? -1 : 1))
      .slice(0, Number(query.get('limit')));
  }
}

async function bodyOf(request: IncomingMessage): Promise<SetMark> {
  return JSON.parse((await request.toArray()).join('')) as SetMark;
}
