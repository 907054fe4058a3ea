// How a process is started and told to stop: real processes of the build, and clients that do not know of it.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { createMigratedDatabases, type Databases } from './support/databases.js';
import { lineWith } from './support/log-lines.js';
import { freePort } from './support/ports.js';
import { pause, SystemProcess, type Variables } from './support/processes.js';
import { secrets } from './support/servers.js';

/** A route of everybody's that answers in no time. */
const PATH = '/.well-known/jwks.json';

const STOPS = 4;

/** Clients that open a connection for each request, and clients that keep theirs. */
const CLIENTS = { once: 6, kept: 4 };

/** A second signal ends it within these milliseconds, on whatever machine. */
const PROMPTLY_MS = 10_000;

let databases: Databases;
let env: Variables;
let url: string;
beforeAll(async () => {
  databases = await createMigratedDatabases('identity');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    PATH: process.env.PATH!,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    IDENTITY_PORT: String(port),
    METRICS_PORT: String(await freePort()),
    IDENTITY_DATABASE_URL: databases.urls.identity!,
    GATEWAY_URL: 'http://127.0.0.1:1',
    TOKEN_SIGNING_KEYS: secrets().TOKEN_SIGNING_KEYS,
  };
});
afterAll(() => databases?.drop());

describe('a process that is told to stop', () => {
  let running: SystemProcess;
  afterEach(() => running?.stop());

  async function start(delayMs: number): Promise<SystemProcess> {
    running = new SystemProcess('identity', url, { ...env, SHUTDOWN_DELAY_MS: String(delayMs) });
    await running.becomesReady();
    return running;
  }

  it('says so and serves for SHUTDOWN_DELAY_MS, each answer the last of its connection', async () => {
    const delayMs = 2000;
    const process = await start(delayMs);
    const since = performance.now();
    process.kill('SIGTERM');
    const notReady = await untilNotReady();
    expect(notReady).toMatchObject({ status: 503, connection: 'close', retryAfter: '1' });
    expect(notReady.body).toMatchObject({ checks: { database: true, serving: false } });
    expect(await ask('/health/live')).toMatchObject({ status: 200, connection: 'close' });
    expect(await ask(PATH)).toMatchObject({ status: 200, connection: 'close' });
    expect(await process.exited).toBe(0);
    expect(performance.now() - since).toBeGreaterThan(delayMs);
    await expect(ask('/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await lineWith(process, { event: 'sys_shutdown' });
  });

  it('ends at once when it is told a second time', async () => {
    const process = await start(25_000);
    process.kill('SIGTERM');
    await untilNotReady();
    const since = performance.now();
    // The terminal and npm both pass on one wish: a second signal within a moment of the first is the same.
    while (process.isRunning) {
      process.kill('SIGTERM');
      await pause(50);
    }
    expect(performance.now() - since).toBeLessThan(PROMPTLY_MS);
    expect(await process.exited).not.toBe(0);
  });

  it('breaks no requests, on kept connections and on connections of their own', async () => {
    const breaks: string[][] = [];
    let answered = 0;
    for (let stop = 0; stop < STOPS; stop += 1) {
      const process = await start(500);
      const load = new Load();
      await load.untilAnswered(200);
      process.kill('SIGTERM');
      expect(await process.exited).toBe(0);
      await load.end();
      breaks.push(load.breaks);
      answered += load.answered;
    }
    // The kernel resets a connection that comes while the listener is being closed: with bad luck that is one of the
    // stops, where a listener that closes at once breaks requests in each.
    expect(breaks.filter((ofOne) => ofOne.length > 0).length).toBeLessThanOrEqual(1);
    expect(answered).toBeGreaterThan(STOPS * 200);
  }, 120_000);
});

interface Answer {
  status: number;
  connection: string | undefined;
  retryAfter: string | undefined;
  body: unknown;
}

/** On a connection that is kept, if the server keeps it. @throws the error of the connection */
async function ask(path: string, agent: http.Agent | false = false): Promise<Answer> {
  const headers = { connection: 'keep-alive' };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url + path, agent ? { agent } : { agent, headers }, resolve).on('error', reject);
  });
  const body = await text(answer);
  const { connection, 'retry-after': retryAfter } = answer.headers;
  return { status: answer.statusCode!, connection, retryAfter, body: JSON.parse(body) as unknown };
}

async function untilNotReady(): Promise<Answer> {
  for (;;) {
    const answer = await ask('/health/ready');
    if (answer.status !== 200) return answer;
    await pause(10);
  }
}

/** Clients that ask until nobody listens any more. */
class Load {
  answered = 0;
  /** What became of requests that were sent and not answered. */
  readonly breaks: string[] = [];
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly clients: Promise<void>[];

  constructor() {
    this.clients = [
      ...Array.from({ length: CLIENTS.once }, () => this.keepAsking(false)),
      ...Array.from({ length: CLIENTS.kept }, () => this.keepAsking(this.agent)),
    ];
  }

  async untilAnswered(count: number): Promise<void> {
    while (this.answered < count) await pause(10);
  }

  async end(): Promise<void> {
    await Promise.all(this.clients);
    this.agent.destroy();
  }

  private async keepAsking(agent: http.Agent | false): Promise<void> {
    for (;;) {
      try {
        const { status } = await ask(PATH, agent);
        if (status !== 200) this.breaks.push(`answered ${status}`);
        this.answered += 1;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'ECONNREFUSED') return;
        this.breaks.push(code ?? message);
      }
    }
  }
}
