// A small HTTP client for tests: requests in, status, headers and parsed body out, nothing thrown on 4xx or 5xx, but
// on every answer that is not in the description of the process.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { assertDescribed } from './description.js';

export interface Answer<Body = any> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Api {
  get<Body = any>(path: string, headers?: Record<string, string>): Promise<Answer<Body>>;
  post<Body = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  patch<Body = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  put<Body = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  delete<Body = any>(path: string, headers?: Record<string, string>, body?: unknown): Promise<Answer<Body>>;
}

/** Requests to one process, with a bearer token if there is one. */
export function api(url: string, token?: string): Api {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const send = async (method: string, path: string, body: unknown, headers?: Record<string, string>) => {
    const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(url + path, {
      method,
      headers: { ...authorization, ...content, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
    });
    const { status, headers: given } = answer;
    const read = { status, headers: given, body: await bodyOf(answer) };
    assertDescribed(url, { method, path, ...read });
    return read;
  };
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    delete: (path, headers, body) => send('DELETE', path, body, headers),
  };
}

/** A stream of events has no end to wait for. */
async function bodyOf(answer: Response): Promise<any> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream'))
    return parsed(await answer.text());
  await answer.body?.cancel();
  return '';
}

/**
 * Sends a request until it is not answered with 503, as a client of such an interface does: a machine that is
 * busy with other tests may be too slow for a moment. A write needs an Idempotency-Key for that.
 */
export async function persistently<Body>(send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

const RETRY_MS = 50;

/** Waits in the request for its end, as long as a request may. */
export const WAIT = { prefer: 'wait=30' };

export interface Person {
  id: string;
  email: string;
  password: string;
  token: string;
}

/** Signs in; anything but a session is an error, with the answer in it. */
export async function signIn(url: string, login: { email: string; password: string }): Promise<string> {
  const { email, password } = login;
  const answer = await onceAvailable(() =>
    api(url).post<{ accessToken: string }>('/v1/sessions', { email, password }),
  );
  return expectStatus(answer, 201).accessToken;
}

/** Milliseconds between two requests that were answered with 503, and how many there are at most. */
const ASK_AGAIN_MS = 200;
const ASKED_AT_MOST = 20;

/** Asks again while the answer is 503, as clients do: on a busy machine hashing a password can outlast a service's time-out. */
async function onceAvailable<Body>(ask: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  let answer = await ask();
  for (let asked = 1; answer.status === 503 && asked < ASKED_AT_MOST; asked += 1) {
    await pause(ASK_AGAIN_MS);
    answer = await ask();
  }
  return answer;
}

/** Registers somebody new, waits until it is done, and signs in. */
export async function register(
  url: string,
  given: { email?: string; firstName?: string } = {},
): Promise<Person> {
  const email = given.email ?? `user-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  const person = { email, password, firstName: given.firstName ?? 'Grace', lastName: 'Hopper' };
  const headers = { ...WAIT, 'idempotency-key': randomUUID() };
  const answer = await onceAvailable(() => api(url).post<{ id: string }>('/v1/users', person, headers));
  const { id } = expectStatus(answer, 201);
  return { id, email, password, token: await signIn(url, { email, password }) };
}

export const LINE = { sku: 'TEA-1', name: 'Tea', quantity: 2, unitPrice: { amount: 450, currency: 'EUR' } };

/** Asks for an order without waiting for it; answers its operation. */
export async function placeOrder(url: string, token: string, fields: object = {}): Promise<Operation> {
  const answer = await api(url, token).post<Operation>('/v1/orders', { lines: [LINE], ...fields });
  return expectStatus(answer, 202);
}

/** Orders that are asked for at once: far fewer than a ledger on a busy machine refuses. */
const AT_ONCE = 20;

/** Asks for an order with each of those fields. */
export async function placeOrders(url: string, token: string, orders: readonly object[]): Promise<void> {
  for (let first = 0; first < orders.length; first += AT_ONCE) {
    const some = orders.slice(first, first + AT_ONCE);
    await Promise.all(some.map((fields) => placeOrder(url, token, fields)));
  }
}

export interface Operation {
  id: string;
  kind: string;
  state: string;
  seq: number;
  attempts: number;
  userId: string;
  target: { type: string; id: string } | null;
  problem: { code: string; status: number } | null;
}

const OVER = ['succeeded', 'failed', 'cancelled', 'rejected'];

/** Waits until an operation is over, however often a request has to ask for that. */
export async function waitFor(
  url: string,
  token: string,
  operationId: string,
  withinMs = 60_000,
): Promise<Operation> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await api(url, token).get<Operation>(`/v1/operations/${operationId}`, WAIT);
    const operation = expectStatus(answer, 200);
    if (OVER.includes(operation.state)) return operation;
    if (Date.now() > deadline) throw new Error(`still not over: ${JSON.stringify(operation)}`);
  }
}

/** The body of an answer that has the expected status. */
export function expectStatus<Body>(answer: Answer<Body>, status: number): Body {
  if (answer.status === status) return answer.body;
  throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** Whatever it is: the caller says what it expects by the type argument of its request. */
function parsed(text: string): any {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
