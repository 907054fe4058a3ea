import type { components } from './api.js';
import { NoStream, type Open, resumedEvents, type StreamOptions } from './events.js';
import { type Call, Http, type Reply } from './http.js';
import { isOver, type Outcome, outcomeOf } from './operations.js';
import { isProblem, UnexpectedAnswer } from './problem.js';
import type {
  AnswerOf,
  ChangingMethod,
  DirectPath,
  Given,
  Operation,
  Optional,
  ReadPath,
  ResultOf,
  WritePath,
} from './routes.js';
import { inMemory, Session, type SessionTokens, type TokenStorage } from './session.js';

export interface TurnpikeOptions {
  /** The gateway's address, `https://api.example.com`, with the path that a proxy adds. Empty for the origin of the page. */
  baseUrl: string;
  /** Where the tokens of the session are kept (memory). */
  storage?: TokenStorage | undefined;
  /** How often what may be repeated is sent again when nothing answers, or with 429 or 503 (4). */
  retries?: number | undefined;
  /** What sends the requests (the global one). */
  fetch?: typeof fetch | undefined;
}

interface Common {
  /** Gives up waiting; a write that was accepted by then is carried out all the same. */
  signal?: AbortSignal | undefined;
}

export interface ReadOptions extends Common {
  /** The id of a write, or `latest`: the answer is from after it. Where it does not end in time: `operation-pending`. */
  readAfter?: string | undefined;
  /** Seconds to wait for that write, 30 at most (5). */
  waitSeconds?: number | undefined;
}

export interface WriteOptions extends Common {
  /** The ETag that the resource must still have when the write's turn has come; else `version-conflict`. */
  ifMatch?: string | undefined;
  /** Names the write, so that it is done once however often it is sent (a new one for each call). */
  idempotencyKey?: string | undefined;
}

export interface OperationOptions extends Common {
  /** What a registration was answered with: its operation can be read by nobody who is signed in. */
  operationToken?: string | null;
}

export interface Answer<Body> {
  data: Body;
  /** Of a single resource: for `ifMatch` and `getIfChanged`. */
  etag: string | null;
}

export interface Accepted {
  operation: Operation;
  /** Of a registration: what lets whoever asked for it follow its operation, for 15 minutes. */
  operationToken: string | null;
  /** Whether the write had been accepted before, under the same key. */
  replayed: boolean;
}

export interface OperationEvent {
  /** What `events` goes on after. */
  id: string;
  operation: Operation;
}

/** Seconds for which one request waits for the end of a write: below the minute after which proxies cut it off. */
const WAIT_SECONDS = 25;

/** Seconds between two looks at an operation where its events cannot be had. */
const LOOK_SECONDS = 2;

type Credentials = components['schemas']['SignIn'];

/** The parts of a request that a route asks for, without the route. */
interface Parts {
  path?: Record<string, string>;
  query?: object;
  body?: unknown;
}

/** One user's, or nobody's, way to the gateway. */
export class Turnpike {
  private readonly session: Session;
  private readonly http: Http;

  constructor({ baseUrl, storage = inMemory(), retries = 4, fetch: send }: TurnpikeOptions) {
    this.session = new Session(storage, (refreshToken) => this.refresh(refreshToken));
    // Browsers call `fetch` as the window's, not as a member of something else.
    const options = { baseUrl: baseUrl.replace(/\/+$/, ''), retries, fetch: send ?? fetch.bind(globalThis) };
    this.http = new Http(options, this.session);
  }

  /** Who is signed in, with the tokens; null for nobody. */
  async currentSession(): Promise<SessionTokens | null> {
    return this.session.tokens();
  }

  async signIn({ email, password }: Credentials, { signal }: Common = {}): Promise<SessionTokens> {
    const credentials = { email, password };
    const call = { method: 'POST', path: '/v1/sessions', body: credentials, anonymous: true, signal };
    const { body } = await this.http.send(call);
    return this.session.begin(body as components['schemas']['SessionView']);
  }

  /** Ends the session at the gateway, and here even if the gateway cannot be reached. */
  async signOut({ signal }: Common = {}): Promise<void> {
    try {
      await this.http.send({ method: 'DELETE', path: '/v1/sessions/current', signal });
    } catch (error) {
      // It is over already.
      if (!isProblem(error, 'unauthenticated')) throw error;
    } finally {
      await this.session.end();
    }
  }

  /** Reads. */
  async get<P extends ReadPath>(
    path: P,
    ...[options]: Optional<Given<'GET', P> & ReadOptions>
  ): Promise<Answer<AnswerOf<'GET', P>>> {
    return answerOf(await this.read(path, options ?? {}));
  }

  /** @returns the resource, or null where it still has that ETag */
  async getIfChanged<P extends ReadPath>(
    path: P,
    etag: string,
    ...[options]: Optional<Given<'GET', P> & ReadOptions>
  ): Promise<Answer<AnswerOf<'GET', P>> | null> {
    const reply = await this.read(path, options ?? {}, { 'if-none-match': etag });
    return reply.status === 304 ? null : answerOf(reply);
  }

  /** What is carried out at once, in no lane. It has no key: a `POST` whose answer is lost is not sent again. */
  async request<M extends ChangingMethod, P extends DirectPath<M>>(
    method: M,
    path: P,
    ...[options]: Optional<Given<M, P> & Common>
  ): Promise<Answer<AnswerOf<M, P>>> {
    const parts: Parts & Common = options ?? {};
    const { body, signal } = parts;
    const call = { method, path: addressOf(path, parts), body, signal, counts: method === 'POST' };
    return answerOf(await this.http.send(call));
  }

  /** Hands a write in. It is durable when this resolves, and carried out at its turn. */
  async submit<M extends ChangingMethod, P extends WritePath<M>>(
    method: M,
    path: P,
    ...[options]: Optional<Given<M, P> & WriteOptions>
  ): Promise<Accepted> {
    return acceptedOf(await this.write(method, path, options ?? {}));
  }

  /**
   * Hands a write in and waits until it is over.
   * @throws TurnpikeProblem that it was refused with or ended with, OperationCancelled, or the reason of the signal
   */
  async submitAndWait<M extends ChangingMethod, P extends WritePath<M>>(
    method: M,
    path: P,
    ...[options]: Optional<Given<M, P> & WriteOptions>
  ): Promise<Outcome<ResultOf<M, P>>> {
    const given: WriteOptions = options ?? {};
    const reply = await this.write(method, path, given, WAIT_SECONDS);
    if (reply.status !== 202) {
      return { ...answerOf(reply), operationId: reply.headers.get('operation-id')! };
    }
    const { operation, operationToken } = acceptedOf(reply);
    return outcomeOf(await this.whenOver(operation, { operationToken, signal: given.signal }));
  }

  /** Follows a write to its end, however long that takes. */
  async whenOver(operation: Operation, options: OperationOptions = {}): Promise<Operation> {
    let latest = operation;
    while (!isOver(latest)) latest = await this.operation(operation.id, options, WAIT_SECONDS);
    return latest;
  }

  /** @param waitSeconds for how long, at the most, the answer waits for the end of it */
  async operation(id: string, options: OperationOptions = {}, waitSeconds?: number): Promise<Operation> {
    const path = addressOf('/v1/operations/{id}', { path: { id } });
    const { signal } = options;
    const { body } = await this.http.send({
      method: 'GET',
      path,
      headers: tokenOf(options),
      waitSeconds,
      signal,
    });
    return body as Operation;
  }

  /** An operation at each of its changes, until it is over. Where there is no stream of them, it is looked at instead. */
  async *operationEvents(id: string, options: OperationOptions = {}): AsyncGenerator<Operation, void> {
    const path = addressOf('/v1/operations/{id}/events', { path: { id } });
    const userId = await this.http.caller();
    const open: Open = (headers, signal) =>
      this.http.open({ method: 'GET', path, headers: { ...headers, ...tokenOf(options) }, signal }, userId);
    try {
      for await (const { data } of resumedEvents(open, { signal: options.signal })) {
        const operation = JSON.parse(data) as Operation;
        yield operation;
        if (isOver(operation)) return;
      }
    } catch (error) {
      if (!isWithoutStream(error)) throw error;
      yield* this.looksAt(id, options);
    }
  }

  /** The operations of whoever is signed in, at each of their changes, until the session is over. */
  async *events(options: StreamOptions = {}): AsyncGenerator<OperationEvent, void> {
    let wasOpen = false;
    const userId = await this.http.caller();
    const open: Open = async (headers, signal) => {
      try {
        const answer = await this.http.open({ method: 'GET', path: '/v1/events', headers, signal }, userId);
        wasOpen = true;
        return answer;
      } catch (error) {
        if (wasOpen && isProblem(error, 'unauthenticated')) return null;
        throw error;
      }
    };
    for await (const { id, data } of resumedEvents(open, options)) {
      yield { id, operation: JSON.parse(data) as Operation };
    }
  }

  private async *looksAt(id: string, options: OperationOptions): AsyncGenerator<Operation, void> {
    let seen = '';
    for (;;) {
      const operation = await this.operation(id, options, seen === '' ? undefined : LOOK_SECONDS);
      const now = JSON.stringify(operation);
      if (now !== seen) yield operation;
      if (isOver(operation)) return;
      seen = now;
    }
  }

  private read(
    path: string,
    { readAfter, waitSeconds, signal, ...parts }: Parts & ReadOptions,
    headers = {},
  ) {
    return this.http.send({
      method: 'GET',
      path: addressOf(path, parts),
      headers: { ...headers, ...(readAfter !== undefined && { 'read-after': readAfter }) },
      waitSeconds,
      signal,
    });
  }

  /** However often the request has to be sent, it has one key. */
  private write(
    method: string,
    path: string,
    { ifMatch, idempotencyKey = newKey(), body, signal, ...parts }: Parts & WriteOptions,
    waitSeconds?: number,
  ): Promise<Reply> {
    const headers = {
      'idempotency-key': idempotencyKey,
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    };
    const call: Call = { method, path: addressOf(path, parts), headers, body, waitSeconds, signal };
    return this.http.send(call);
  }

  private async refresh(refreshToken: string): Promise<components['schemas']['SessionView']> {
    const { body } = await this.http.send({
      ...{ method: 'POST', path: '/v1/sessions/refresh', body: { refreshToken }, anonymous: true },
      answerWithinMs: REFRESH_WITHIN_MS,
    });
    return body as components['schemas']['SessionView'];
  }
}

/**
 * Milliseconds for the answer to a refresh: a spent token may be sent again for 10 seconds, and the gateway itself waits
 * for 5 until it says that the answer is lost.
 */
const REFRESH_WITHIN_MS = 7000;

function addressOf(template: string, { path = {}, query = {} }: Parts): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name]!));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

function answerOf<Body>({ body, headers }: Reply): Answer<Body> {
  return { data: body as Body, etag: headers.get('etag') };
}

function acceptedOf({ body, headers }: Reply): Accepted {
  return {
    operation: body as Operation,
    operationToken: headers.get('operation-token'),
    replayed: headers.get('idempotency-replayed') === 'true',
  };
}

function tokenOf({ operationToken }: OperationOptions): Record<string, string> {
  return operationToken ? { 'operation-token': operationToken } : {};
}

/** By random bytes: `randomUUID` is missing in pages that come by plain HTTP from another machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Something on the way, or an older gateway, has no streams; whether there is such an operation, the next look says. */
function isWithoutStream(error: unknown): boolean {
  return (
    error instanceof NoStream ||
    error instanceof UnexpectedAnswer ||
    isProblem(error, 'not-found', 'method-not-allowed')
  );
}
