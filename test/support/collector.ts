// A collector of OTLP over HTTP: keeps what it was sent, as it came and as spans.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  /** Of the process. */
  service: string;
  /** Of that one run of it. */
  instance: string;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  kind: (typeof KINDS)[number];
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

/** By their numbers. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2;

/** The answer that has nothing to say, by the type of its content. */
const EMPTY: Record<string, string> = { 'application/json': '{}', 'application/x-protobuf': '' };

const WITHIN_MS = 20_000;

export class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  private readonly chunks: Buffer[] = [];
  private readonly arrivals = new EventEmitter();
  private isSilent = false;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.receive(request, response));
  }

  static async start(): Promise<Collector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Collector(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Everything that it was sent, as text in which bytes are characters. */
  get content(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  /** For a process whose spans are to be sent to it, soon and in a form that can be read here. */
  get variables(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
  }

  /** Takes connections from now on, and answers nothing: worse than one that is gone. */
  fallSilent(): void {
    this.isSilent = true;
  }

  /** Waits until the spans of a trace are as they are looked for. */
  async trace(traceId: string, isComplete: (spans: CollectedSpan[]) => boolean): Promise<CollectedSpan[]> {
    const signal = AbortSignal.timeout(WITHIN_MS);
    for (;;) {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      if (isComplete(spans)) return spans;
      await once(this.arrivals, 'arrival', { signal }).catch(() => {
        throw new Error(
          `the trace has only\n${spans.map((span) => `${span.service} ${span.name}`).join('\n')}`,
        );
      });
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const type = String(request.headers['content-type']);
    this.requests.push({ url: request.url!, headers: request.headers });
    this.chunks.push(body);
    if (type === 'application/json') this.spans.push(...spansOf(JSON.parse(body.toString())));
    if (!this.isSilent) response.writeHead(200, { 'content-type': type }).end(EMPTY[type]);
    this.arrivals.emit('arrival');
  }
}

/** The members of OTLP's JSON that are looked at. */
interface Exported {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: ExportedSpan[] }[] }[];
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: Attribute[];
  links: { traceId: string; spanId: string }[];
  status: { code: number };
}

function spansOf({ resourceSpans }: Exported): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const process = valuesOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId = '', name, kind, attributes, links, status }) => ({
        service: String(process['service.name']),
        instance: String(process['service.instance.id']),
        ...{ traceId, spanId, parentSpanId, name, kind: KINDS[kind]! },
        attributes: valuesOf(attributes),
        links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
        failed: status.code === ERROR,
      })),
    );
  });
}

function valuesOf(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
