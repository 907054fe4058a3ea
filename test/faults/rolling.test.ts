// An upgrade as operators do it: one process after the other is stopped and started while people write.
import { randomUUID } from 'node:crypto';
import { LINE, type Person, register } from '../support/client.js';
import { allEnded, inParallel } from '../support/effects.js';
import { pause, type SystemProcess } from '../support/processes.js';
import { backends } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import { FULL } from './kit.js';
import { begunAgain, Recorder } from './recorder.js';
import { OwnRedis } from './redis.js';

const USERS = 20;

/** Milliseconds between two writes: 40 a second; 200 on a bad day, where the machine gives as many. */
const EVERY_MS = FULL ? 5 : 25;

/** Writes without an answer; more would only wait in this process. */
const AT_ONCE = 40;

/** Accepted between two restarts. */
const WRITES = FULL ? 1000 : 20;

const LOOK_AGAIN_MS = 10;

describe('a rolling restart', () => {
  let system: System;
  let redis: OwnRedis | null = null;
  beforeAll(async () => {
    if (backends().includes('redis')) redis = await OwnRedis.start();
    system = await startSystem({
      // The queue's server loses all that it has.
      env: { RETRY_BASE_MS: '20', RETRY_MAX_MS: '300', ...(redis && { QUEUE_URL: redis.url }) },
      gateways: [{ role: 'api' }, { role: 'api' }, { role: 'worker' }, { role: 'worker' }],
    });
  });
  afterAll(async () => {
    await system?.stop();
    await redis?.kill();
  });

  it('shows clients nothing that one retry does not cure, loses nothing, and does nothing twice', async () => {
    const { identity, ordering, gateways } = system.processes;
    const users: Person[] = [];
    await inParallel(USERS, 4, async (index) => void (users[index] = await register(system.gatewayUrls[0]!)));
    const recorder = new Recorder();
    const load = new Load(recorder, system.gatewayUrls.slice(0, 2), users);
    const running = load.run();
    for (const process of [...gateways, identity, ordering]) {
      await load.untilAccepted(WRITES);
      await system.restart(process);
    }
    await load.untilAccepted(WRITES);
    await redis?.kill();
    await load.untilAccepted(WRITES);
    await redis?.start();
    await load.untilAccepted(WRITES);
    load.stop();
    await running;
    expect(load.complaints).toEqual([]);
    await allEnded(system.databases.gateway);
    expect(gateways.flatMap(notOfTheLog)).toEqual([]);
    const faults = await begunAgain(system.databases.gateway);
    expect(check(await recorder.history(system, faults), { faults: 0 })).toEqual([]);
  }, 180_000);
});

/** Lines that a process has written past its log. */
function notOfTheLog(process: SystemProcess): string[] {
  return process
    .output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"level"'));
}

/** Orders that people place, each sent to one gateway and, where that does not take it, once to the other. */
class Load {
  /** What clients were told the second time. */
  readonly complaints: unknown[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private accepted = 0;
  private sent = 0;
  private over = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly urls: readonly string[],
    private readonly users: readonly Person[],
  ) {}

  async run(): Promise<void> {
    while (!this.over) {
      if (this.underWay.size < AT_ONCE) this.send();
      await pause(EVERY_MS);
    }
    await Promise.all(this.underWay);
  }

  stop(): void {
    this.over = true;
  }

  /** Waits until so many more are accepted. */
  async untilAccepted(more: number): Promise<void> {
    const enough = this.accepted + more;
    while (this.accepted < enough && this.complaints.length === 0) await pause(LOOK_AGAIN_MS);
  }

  private send(): void {
    this.sent += 1;
    const write = this.place(this.sent).finally(() => this.underWay.delete(write));
    this.underWay.add(write);
  }

  private async place(number: number): Promise<void> {
    const user = this.users[number % this.users.length]!;
    const request = { method: 'post', path: '/v1/orders', body: { lines: [LINE] } } as const;
    const key = randomUUID();
    for (const attempt of [0, 1]) {
      const url = this.urls[(number + attempt) % this.urls.length]!;
      const answer = await this.recorder.send(url, user, request, key);
      if (answer?.status === 202) return void (this.accepted += 1);
      if (attempt === 1) this.complaints.push(answer?.body ?? 'no answer');
    }
  }
}
