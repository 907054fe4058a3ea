// A service of no language in particular: it serves a manifest, answers steps as it is told to, and remembers what it was sent.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  EVENTS_PATH,
  HEADERS,
  INTEGRITY_PATH,
  type IntegrityRow,
  STEPS_PATH,
  type DeclaredStepBody,
  type Manifest,
  MANIFEST_PATH,
} from '@turnpike/protocol';
import { decodeJwt } from 'jose';
import { freePort } from './ports.js';

/** A step, or its undo, as the service was sent it. */
export interface ReceivedStep {
  name: string;
  isUndo: boolean;
  key: string;
  userId: string;
  fence: string;
  ifMatch: string | null;
  body: DeclaredStepBody;
}

/** What a step is answered with: 200 with that body, or another status. */
export interface Answer {
  status?: number;
  body?: object;
  /** Whether it ends the step (yes). */
  recorded?: boolean;
}

type Script = (step: ReceivedStep) => Answer | Promise<Answer>;

interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: any;
}

const STEP_PATH = new RegExp(`^${STEPS_PATH}/([a-z0-9.-]+?)(/undo)?$`);

export class FakeService {
  /** Every step that was carried out, once, in order. */
  readonly steps: ReceivedStep[] = [];
  /** The status of each answer to a request for the manifest. */
  readonly manifestAnswers: number[] = [];
  /** What is asked for at addresses of its own: `/internal/points/{userId}`. */
  readonly reads = new Map<string, (request: Request) => Answer>();
  /** The rows of each table, as integrity runs ask for them. */
  readonly rows = new Map<string, IntegrityRow[]>();
  /** What it answers to requests for the manifest instead of that, such as 404. */
  manifestAnswer: { status: number; body: string } | null = null;
  private readonly scripts = new Map<string, Script>();
  private readonly answers = new Map<string, Answer>();
  private server: Server | null = null;

  private constructor(
    readonly name: string,
    private readonly port: number,
    public manifest: Manifest,
  ) {}

  static async start(manifest: Manifest): Promise<FakeService> {
    const service = new FakeService(manifest.service, await freePort(), manifest);
    await service.comeBack();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Has a step, or `{step}/undo`, answered by a script; until then it is applied with `{}`. */
  on(step: string, script: Script): void {
    this.scripts.set(step, script);
  }

  async comeBack(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** As if its process had ended; what it remembers stays. */
  async goAway(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url!, this.url);
    const { method = '', headers } = incoming;
    const request = { method, path: pathname, query: searchParams, headers, body: await bodyOf(incoming) };
    if (headers[HEADERS.callId]) response.setHeader(HEADERS.callId, headers[HEADERS.callId]!);
    if (!this.isForUs(request)) return send(response, { status: 401 });
    if (pathname === MANIFEST_PATH) return this.serveManifest(request, response);
    send(response, await this.answerTo(request));
  }

  /** Whoever sends a token for another service has the wrong address. */
  private isForUs({ headers }: Request): boolean {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    return token !== undefined && decodeJwt(token).aud === this.name;
  }

  private serveManifest({ headers }: Request, response: ServerResponse): void {
    const text = JSON.stringify(this.manifest);
    const { status, body } = this.manifestAnswer ?? { status: 200, body: text };
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    const isKnown = status === 200 && headers[HEADERS.ifNoneMatch] === etag;
    this.manifestAnswers.push(isKnown ? 304 : status);
    response.writeHead(isKnown ? 304 : status, { 'content-type': 'application/json', etag });
    response.end(isKnown ? undefined : body);
  }

  private async answerTo(request: Request): Promise<Answer> {
    const { method, path, body } = request;
    if (path === EVENTS_PATH) return { body: { items: [] }, recorded: false };
    if (path.startsWith(`${INTEGRITY_PATH}/`))
      return { body: { items: this.page(request) }, recorded: false };
    if (path === `${STEPS_PATH}/settle`) return this.settle((body as { key: string }).key);
    const [, name, undo] = STEP_PATH.exec(path) ?? [];
    if (method === 'POST' && name) return this.carryOut(stepOf(name, undo !== undefined, request));
    const read = method === 'GET' ? this.reads.get(path) : undefined;
    return { recorded: false, ...(read?.(request) ?? refuse('not-found', 404)) };
  }

  private page({ path, query }: Request): IntegrityRow[] {
    const rows = this.rows.get(path.split('/').at(-1)!) ?? [];
    const [after, of] = [query.get('after') ?? '', query.get('userId')];
    return rows.filter(({ id, userId }) => id > after && (of === null || userId === of));
  }

  /** The first answer that ends a step is its answer for ever. */
  private async carryOut(step: ReceivedStep): Promise<Answer> {
    const known = this.answers.get(step.key);
    if (known) return known;
    const script = this.scripts.get(step.isUndo ? `${step.name}/undo` : step.name);
    const answer = { recorded: true, ...(await script?.(step)) };
    if (!answer.recorded) return answer;
    this.answers.set(step.key, answer);
    this.steps.push(step);
    return answer;
  }

  private settle(key: string): Answer {
    const sealed = { status: 409, body: problem('step-sealed', 409), recorded: true };
    const answer = this.answers.get(key) ?? sealed;
    this.answers.set(key, answer);
    return answer;
  }
}

/** @returns an answer that refuses a step for good */
export function refuse(code: string, status = 409): Answer {
  return { status, body: problem(code, status) };
}

function problem(code: string, status: number): object {
  return { type: `/problems/${code}`, title: code, status, code };
}

function stepOf(name: string, isUndo: boolean, { headers, body }: Request): ReceivedStep {
  const header = (given: string): string => String(headers[given] ?? '');
  return {
    ...{ name, isUndo, key: header(HEADERS.idempotencyKey), body: body as DeclaredStepBody },
    ...{ userId: header(HEADERS.laneUser), fence: header(HEADERS.laneFence) },
    ifMatch: header(HEADERS.ifMatch) || null,
  };
}

function send(response: ServerResponse, { status = 200, body = {}, recorded = true }: Answer): void {
  const isProblem = status >= 400;
  response.writeHead(status, {
    'content-type': isProblem ? 'application/problem+json' : 'application/json',
    ...(recorded && { [HEADERS.stepRecorded]: 'true' }),
  });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text ? (JSON.parse(text) as unknown) : null;
}
