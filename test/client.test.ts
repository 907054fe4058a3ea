import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  inMemory,
  isProblem,
  OperationCancelled,
  type OperationEvent,
  type SessionTokens,
  Turnpike,
} from '@turnpike/client';
import { LINE, type Person, register } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const ROOT = path.resolve(__dirname, '..');
const ORDER = { body: { lines: [LINE] } };

describe('the client', () => {
  let system: System;
  let baseUrl: string;
  let person: Person;
  let turnpike: Turnpike;
  /** The method and address of each request of that client. */
  let sent: string[];

  beforeAll(async () => {
    system = await startSystem();
    baseUrl = system.gatewayUrls[0]!;
  });
  afterAll(() => system?.stop());

  beforeEach(async () => {
    person = await register(baseUrl);
    sent = [];
    turnpike = clientOf((request, send) => send(request));
    await turnpike.signIn(person);
  });

  type Send = (request: Request) => Promise<Response>;

  /** A client whose requests pass something that may spoil them. */
  function clientOf(
    way: (request: Request, send: Send) => Promise<Response>,
    storage = inMemory(),
  ): Turnpike {
    const send = (...given: Parameters<typeof fetch>): Promise<Response> => {
      const request = new Request(...given);
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
      return way(request, fetch);
    };
    return new Turnpike({ baseUrl, storage, fetch: send });
  }

  async function signedIn(client: Turnpike): Promise<Turnpike> {
    await client.signIn(person);
    return client;
  }

  async function ordersOf(client: Turnpike): Promise<number> {
    return (await client.get('/v1/orders', { readAfter: 'latest' })).data.items.length;
  }

  it('does a write once whose answer is lost, and knows that it was sent before', async () => {
    let lost = 0;
    const unlucky = await signedIn(
      clientOf(async (request, send) => {
        const answer = await send(request);
        if (request.url.endsWith('/orders') && request.method === 'POST' && lost++ < 2)
          throw new TypeError('lost');
        return answer;
      }),
    );
    expect((await unlucky.submit('POST', '/v1/orders', ORDER)).replayed).toBe(true);
    expect(sent.filter((line) => line === 'POST /v1/orders').length).toBe(3);
    expect(await ordersOf(turnpike)).toBe(1);
    await turnpike.submit('POST', '/v1/orders', ORDER);
    expect(await ordersOf(turnpike)).toBe(2);
  });

  it('answers with the resource as the write left it', async () => {
    const placed = await turnpike.submitAndWait('POST', '/v1/orders', ORDER);
    const { id } = placed.data;
    const paid = await turnpike.submitAndWait('POST', '/v1/orders/{id}/pay', {
      path: { id },
      body: { paymentReference: 'card 1' },
    });
    expect([placed.data.status, paid.data.status]).toEqual(['placed', 'paid']);
    const read = await turnpike.get('/v1/orders/{id}', { path: { id } });
    expect(read).toEqual({ data: paid.data, etag: paid.etag });
    expect(await turnpike.getIfChanged('/v1/orders/{id}', paid.etag!, { path: { id } })).toBeNull();
    expect(await turnpike.getIfChanged('/v1/orders/{id}', placed.etag!, { path: { id } })).toEqual(read);
  });

  it('follows a write that outlasts its request, to the same outcome', async () => {
    const impatient = await signedIn(
      clientOf((request, send) => {
        if (request.method === 'POST') request.headers.delete('prefer');
        return send(request);
      }),
    );
    const placed = await impatient.submitAndWait('POST', '/v1/orders', ORDER);
    const { data, etag } = await turnpike.get('/v1/orders/{id}', { path: { id: placed.data.id } });
    expect(sent).toContain(`GET /v1/operations/${placed.operationId}`);
    expect(placed).toEqual({ data, etag, operationId: placed.operationId });
  });

  it('throws what a write was refused with, before it was accepted and at its turn', async () => {
    const lines = [{ ...LINE, quantity: 0 }];
    const invalid = await turnpike.submit('POST', '/v1/orders', { body: { lines } }).catch(thrown);
    if (!isProblem(invalid, 'invalid-request')) throw invalid;
    expect(invalid.errors).toEqual([{ path: 'lines.0.quantity', message: expect.any(String) }]);
    expect(invalid).toMatchObject({ status: 400, operationId: null, requestId: invalid.problem.instance });

    const { data } = await turnpike.submitAndWait('POST', '/v1/orders', ORDER);
    const asDelivered = { path: { id: data.id }, body: { paymentReference: 'card 1' }, ifMatch: '"7"' };
    const late = await turnpike.submitAndWait('POST', '/v1/orders/{id}/pay', asDelivered).catch(thrown);
    if (!isProblem(late, 'version-conflict', 'order-state-conflict')) throw late;
    expect(late.code).toBe('version-conflict');
    const operation = await turnpike.operation(late.operationId!);
    expect(operation).toMatchObject({ kind: 'order.pay', state: 'failed' });
  });

  it('says so where a write was withdrawn, and stops waiting when it is told to', async () => {
    const admin = await adminOf();
    await admin.request('POST', '/v1/ops/lanes/{userId}/pause', { path: { userId: person.id }, body: {} });
    const { operation } = await turnpike.submit('POST', '/v1/orders', ORDER);
    const gaveUp = turnpike.whenOver(operation, { signal: AbortSignal.timeout(100) });
    await expect(gaveUp).rejects.toMatchObject({ name: 'TimeoutError' });
    const ended = turnpike.submitAndWait('POST', '/v1/orders', ORDER).catch(thrown);
    const waiting = async () =>
      (await turnpike.get('/v1/operations', { query: { state: 'queued' } })).data.items;
    while ((await waiting()).length < 2);
    for (const { id } of await waiting()) {
      await turnpike.request('DELETE', '/v1/operations/{id}', { path: { id } });
    }
    expect((await turnpike.operation(operation.id)).state).toBe('cancelled');
    expect(await ended).toBeInstanceOf(OperationCancelled);
  });

  it('lets whoever registers follow that, and nobody else', async () => {
    const nobody = clientOf((request, send) => send(request));
    const { operation, operationToken } = await nobody.submit('POST', '/v1/users', {
      body: {
        email: `new-${person.email}`,
        password: 'a long engine 1843',
        firstName: 'Ada',
        lastName: 'King',
      },
    });
    await expect(nobody.operation(operation.id)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await nobody.whenOver(operation, { operationToken })).state).toBe('succeeded');
    const states = await statesOf(nobody.operationEvents(operation.id, { operationToken }));
    expect(states.at(-1)).toBe('succeeded');
  });

  describe('whose token is no longer good', () => {
    it.each([
      ['by its own clock', { expiresAt: Date.now() }],
      ['by the gateway', { accessToken: 'a.revoked.token' }],
    ])('%s renews its session once for all calls, each of which is answered', async (_, change) => {
      const storage = inMemory();
      const old = clientOf((request, send) => send(request), storage);
      const tokens = await old.signIn(person);
      await storage.save({ ...tokens, ...change });
      sent = [];
      await Promise.all([1, 2, 3, 4].map(() => old.get('/v1/orders')));
      expect(sent.filter((line) => line.endsWith('/refresh'))).toEqual(['POST /v1/sessions/refresh']);
      const renewed = (await old.currentSession()) as SessionTokens;
      expect(renewed.refreshToken).not.toBe(tokens.refreshToken);
    });

    it.each<[string, (request: Request, send: Send) => Promise<Response>]>([
      ['is lost', async (request, send) => send(request).then(() => Promise.reject(new TypeError('lost')))],
      ['is that a service is away', async () => new Response('busy', { status: 503 })],
    ])('keeps its session where the answer to its refresh %s', async (_, spoil) => {
      const storage = inMemory();
      let spoilt = 0;
      const unlucky = clientOf(
        (request, send) =>
          request.url.endsWith('/refresh') && spoilt++ < 2 ? spoil(request, send) : send(request),
        storage,
      );
      await storage.save({ ...(await unlucky.signIn(person)), expiresAt: Date.now() });
      expect((await unlucky.get('/v1/orders')).data.items).toEqual([]);
      expect(spoilt).toBe(3);
      await storage.save({ ...(await unlucky.currentSession())!, expiresAt: Date.now() });
      expect((await unlucky.get('/v1/orders')).data.items).toEqual([]);
    });

    it('and whose session is over is nobody, and says so', async () => {
      const { accessToken } = (await turnpike.currentSession())!;
      await fetch(`${baseUrl}/v1/sessions/current`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const refused = await turnpike.get('/v1/me').catch(thrown);
      expect(isProblem(refused, 'unauthenticated')).toBe(true);
      expect(await turnpike.currentSession()).toBeNull();
      await turnpike.signOut();
    });
  });

  it('tells every change of every write once and in order, wherever its stream breaks', async () => {
    let isOpen: () => void, breakOff: () => void;
    const opened = new Promise<void>((resolve) => (isOpen = resolve));
    const broken = new Promise<void>((resolve) => (breakOff = resolve));
    // The first stream breaks before its first event, the second after that.
    const ends = [
      { after: 'id:', when: broken },
      { after: 'data:', when: Promise.resolve() },
    ];
    const unlucky = await signedIn(
      clientOf(async (request, send) => {
        const answer = await send(request);
        const end = request.url.endsWith('/v1/events') ? ends.shift() : undefined;
        return end ? brokenOff(answer, end, isOpen) : answer;
      }),
    );
    const seen = changesUntil(unlucky.events(), 'order.cancel');
    await opened;
    const steady = changesUntil(turnpike.events({ lastEventId: '0' }), 'order.cancel');
    const { data } = await turnpike.submitAndWait('POST', '/v1/orders', ORDER);
    breakOff!();
    await turnpike.submit('POST', '/v1/orders/{id}/cancel', { path: { id: data.id }, body: {} });
    const changes = await seen;
    expect(changes).toEqual((await steady).filter((change) => !change.includes('user.register')));
    expect(changes.map((change) => change.replace(/^\d+ /, ''))).toEqual(
      ['order.place', 'order.cancel'].flatMap((kind) =>
        ['queued', 'running', 'succeeded'].map((state) => `${kind} ${state}`),
      ),
    );
    expect(ends).toEqual([]);
  });

  it('has no more events when its session is over', async () => {
    const other = await signedIn(clientOf((request, send) => send(request)));
    const events = other.events({ lastEventId: '0' });
    expect((await events.next()).value).toMatchObject({ operation: { kind: 'user.register' } });
    await other.signOut();
    while (!(await events.next()).done);
  });

  it('has types that are those of the gateway', async () => {
    const check = (...args: string[]) =>
      run(process.execPath, ['scripts/client.mjs', '--check', '--from', baseUrl, ...args]);
    const stale = check('--file', 'libs/client/src/index.ts').catch(thrown);
    await check();
    expect(await stale).toMatchObject({ stderr: expect.stringContaining('out of date') });
  });

  it('is a package that a project without anything else installs, compiles and runs, as its README says', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-client-'));
    try {
      await installPackage(folder);
      const email = `readme-${person.email}`;
      const example = exampleOf('libs/client/README.md').replace('ada@example.com', email);
      writeFileSync(path.join(folder, 'index.ts'), example.replace('http://localhost:3000', baseUrl));
      await Promise.all([
        compile(folder, '--module', 'nodenext'),
        compile(folder, '--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'),
      ]);
      const { stdout } = await run(process.execPath, ['index.js'], folder);
      expect(stdout).toMatch(/^placed 900\n[^]*order-state-conflict [0-9a-f-]{36}\n[^]* succeeded\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  async function adminOf(): Promise<Turnpike> {
    const admin = new Turnpike({ baseUrl });
    await admin.signIn(system.admin);
    return admin;
  }
});

async function statesOf(operations: AsyncIterable<{ state: string }>): Promise<string[]> {
  const states = [];
  for await (const { state } of operations) states.push(state);
  return states;
}

async function installPackage(folder: string): Promise<void> {
  await run('npm', ['run', '--silent', 'build:client']);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, './libs/client']);
  const [file] = readdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${file}`], folder);
}

/** The blocks of a document, one after the other. */
function exampleOf(document: string): string {
  const text = readFileSync(path.join(ROOT, document), 'utf8');
  return [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, block]) => block).join('\n');
}

/** Everything is checked, the package's declarations too. */
async function compile(folder: string, ...options: string[]): Promise<void> {
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes'];
  const browser = ['--target', 'es2022', '--lib', 'es2023,dom', '--skipDefaultLibCheck'];
  await run(process.execPath, [compiler, 'index.ts', ...strict, ...browser, ...options], folder);
}

/** Each change as one line, until that write has succeeded. */
async function changesUntil(events: AsyncIterable<OperationEvent>, last: string): Promise<string[]> {
  const changes = [];
  for await (const { id, operation } of events) {
    changes.push(`${id} ${operation.kind} ${operation.state}`);
    if (operation.kind === last && operation.state === 'succeeded') break;
  }
  return changes;
}

/** The same answer, whose connection is lost once that text has come, and not before `when`. */
function brokenOff(
  answer: Response,
  { after, when }: { after: string; when: Promise<void> },
  hasCome: () => void,
): Response {
  let text = '';
  const breaking = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      controller.enqueue(chunk);
      text += Buffer.from(chunk).toString();
      if (!text.includes(after)) return;
      hasCome();
      await when;
      controller.error(new TypeError('terminated'));
    },
  });
  return new Response(answer.body!.pipeThrough(breaking), answer);
}

/** What a promise is rejected with, to be looked at. */
function thrown(error: unknown): unknown {
  return error;
}

function run(command: string, args: string[], cwd = ROOT): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(command, args, { cwd });
}
