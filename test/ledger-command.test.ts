// `npm run ledger`, as an operator runs it: beside a running system, and while parts of it are stopped.
import { ONE_BACKEND } from './faults/kit.js';
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { readConfig } from '../gateway/src/config.js';
import { GRANT_ADMIN } from '../gateway/src/sign-in/grant-admin.js';
import { ledgerCommand } from '../libs/engine/src/cli/command.js';
import { api, expectStatus, LINE, type Operation, placeOrder, register, signIn } from './support/client.js';
import { createDatabases } from './support/databases.js';
import { allEnded, applied } from './support/effects.js';
import { pause, type Variables } from './support/processes.js';
import { backends } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const SCRIPT = path.resolve(__dirname, '../scripts/ledger.mjs');
const NAME = 'Grace-who-is-in-nothing-else';

const LOOK_AGAIN_MS = 50;
const JOBS_WITHIN_MS = 10_000;

interface Run {
  code: number;
  out: string;
  err: string;
}

/** In a process of its own: BullMQ's backend is one for all of a process. */
function rebuildQueue(env: Variables): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, 'rebuild-queue', '--yes'], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

/** In this process, which is spared the loading of it again each time. */
async function ledger(env: Variables, ...args: string[]): Promise<Run> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = [text(out), text(err)];
  const code = await ledgerCommand(
    args,
    { configOf: () => readConfig(env), out, err },
    { 'grant-admin': GRANT_ADMIN },
  );
  out.end();
  err.end();
  const [said, complained] = await Promise.all(texts);
  return { code, out: said!, err: complained! };
}

beforeAll(() => Logger.overrideLogger(false));

describe.each(ONE_BACKEND)('npm run ledger, with the queue on %s', (queue) => {
  let system: System;
  let url: string;
  let env: Variables;
  beforeAll(async () => {
    system = await startSystem({ queue, gateways: [{ role: 'api' }, { role: 'worker' }] });
    url = system.gatewayUrls[0]!;
    env = system.processes.gateways[0]!.env;
  });
  afterAll(() => system?.stop());

  /** Operators are told what was so a moment ago. */
  async function untilJobs(expected: number): Promise<void> {
    const admin = api(url, await signIn(url, system.admin));
    const deadline = performance.now() + JOBS_WITHIN_MS;
    for (;;) {
      const { body } = await admin.get('/v1/ops/summary');
      const partitions = body.partitions as { waiting: number; active: number; delayed: number }[];
      const jobs = partitions.map(({ waiting, active, delayed }) => waiting + active + delayed);
      const sum = jobs.reduce((all, count) => all + count);
      if (sum === expected) return;
      if (performance.now() > deadline) throw new Error(`${sum} jobs, not ${expected}`);
      await pause(LOOK_AGAIN_MS);
    }
  }

  it('rebuild-queue queues every due head, once, and only if it is meant', async () => {
    const people = [await register(url), await register(url), await register(url)] as const;
    const worker = system.processes.gateways[1]!;
    await worker.stop();
    const { id: withdrawn } = await placeOrder(url, people[0].token);
    for (const { token } of people.slice(1)) await placeOrder(url, token);
    for (const { token } of people) await placeOrder(url, token);
    // Its job stays in the queue, beside that of its successor.
    expectStatus(await api(url, people[0].token).delete(`/v1/operations/${withdrawn}`), 200);
    await untilJobs(4);
    expect(await ledger(env, 'rebuild-queue')).toMatchObject({ code: 2, out: '' });
    const { code, err } = await rebuildQueue(env);
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('3 heads of lanes queued.'),
    });
    await untilJobs(3);
    worker.start();
    await allEnded(system.databases.gateway);
  });

  it('rebuild-queue loses nothing and does nothing twice while processes are at work', async () => {
    const before = (await applied(system.databases.ordering)).length;
    const people = await Promise.all(Array.from({ length: 5 }, () => register(url)));
    const writing = people.map(async ({ token }) => {
      for (let i = 0; i < 12; i += 1) await placeOrder(url, token);
    });
    const runs = [await rebuildQueue(env), await rebuildQueue(env)];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    await Promise.all(writing);
    await allEnded(system.databases.gateway);
    const effects = (await applied(system.databases.ordering)).slice(before);
    expect(effects).toHaveLength(60);
    expect(new Set(effects.map(({ userId, seq }) => `${userId} ${seq}`)).size).toBe(60);
  });

  // It does not go by the queue.
  if (queue === backends()[0])
    describe('about one user', () => {
      let user: { id: string; token: string };
      let operations: Operation[];
      beforeAll(async () => {
        user = await register(url, { firstName: NAME });
        const admin = api(url, await signIn(url, system.admin));
        expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'under inquiry' }), 200);
        operations = [];
        for (let i = 0; i < 3; i += 1) {
          const lines = [{ ...LINE, name: NAME }];
          operations.push(await placeOrder(url, user.token, { lines }));
        }
      });
      const audited = async (): Promise<{ reason: string; actor_id: null }[]> => {
        const sql = `select reason, actor_id from audit where user_id = $1 and action = 'operation.reveal' order by id`;
        return (await system.databases.gateway.query(sql, [user.id])).rows as {
          reason: string;
          actor_id: null;
        }[];
      };

      it('inspect tells how a lane stands, and why, without what people have written', async () => {
        const { code, out } = await ledger(env, 'inspect', user.id);
        expect(code).toBe(0);
        expect(out).toContain(`Lane of ${user.id}: paused`);
        expect(out).toContain('places given: 4; waiting or under way: 3; succeeded: 1, failed: 0');
        expect(out).toContain('under inquiry');
        expect(out).toContain('head: place 2, order.place, queued');
        for (const { id } of operations) expect(out).toContain(id);
        expect(out).not.toContain(NAME);
        expect(await audited()).toEqual([]);
      });

      it('inspect reveals with a reason, which the audit trail has', async () => {
        const without = await ledger(env, 'inspect', user.id, '--reveal');
        expect(without).toMatchObject({ code: 2, out: '', err: expect.stringContaining('needs a --reason') });
        const wrongKey = { ...env, DATA_KEY: randomBytes(32).toString('base64') };
        const wrong = await ledger(wrongKey, 'inspect', user.id, '--reveal', '--reason', 'r');
        expect(wrong).toMatchObject({
          code: 1,
          out: '',
          err: expect.stringContaining('DATA_KEY is not the key'),
        });
        expect(await audited()).toEqual([]);
        const { code, out } = await ledger(env, 'inspect', user.id, '--reveal', '--reason', 'ticket 12');
        expect(code).toBe(0);
        expect(out).toContain(`"name":"${NAME}"`);
        expect(await audited()).toEqual([
          { reason: expect.stringMatching(/^ticket 12 \(npm run ledger, /), actor_id: null },
        ]);
      });

      it('export writes every operation as one line, in the order of users and places', async () => {
        const { code, out, err } = await ledger(env, 'export');
        const lines = out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Operation);
        const { rows } = await system.databases.gateway.query(
          'select id from operations order by user_id, seq',
        );
        expect(lines.map(({ id }) => ({ id }))).toEqual(rows);
        expect({ code, err }).toEqual({ code: 0, err: `${rows.length} operations\n` });
        expect(out).not.toContain(NAME);
        expect(lines.find(({ id }) => id === operations[0]!.id)).toMatchObject({
          ...{ userId: user.id, seq: 2, kind: 'order.place', state: 'queued', problem: null },
          steps: [{ name: 'ordering.place', state: 'pending' }],
        });
      });

      it('export reveals one user, and tells of it', async () => {
        const before = await audited();
        const asked = ['--user', user.id, '--reveal', '--reason', 'asked for it'];
        const { code, out } = await ledger(env, 'export', ...asked);
        const lines = out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Operation & { payload: unknown });
        expect([code, lines.map(({ seq }) => seq)]).toEqual([0, [1, 2, 3, 4]]);
        expect(lines[1]!.payload).toMatchObject({ lines: [{ name: NAME }] });
        expect(await audited()).toHaveLength(before.length + 1);
      });

      it.each([
        [2, ['grant-admin'], 'needs an e-mail address'],
        [2, ['inspect'], 'needs the id of a user'],
        [2, ['inspect', 'ada@example.com'], 'needs the id of a user'],
        [2, ['export', '--yes'], 'export has no --yes'],
        [2, ['burn'], 'burn is not a command'],
        [2, [], 'A command is missing'],
        [1, ['inspect', '00000000-0000-4000-8000-000000000000'], 'There is no lane'],
        [0, ['--help'], ''],
      ])('ends with %i for %j', async (code, args, said) => {
        const run = await ledger(env, ...args);
        expect(run).toMatchObject({ code, err: expect.stringContaining(said) });
        expect(run.out.includes('rebuild-queue --yes')).toBe(code === 0);
      });

      it('says so when the database lacks migrations, or the queue is away', async () => {
        const { urls, drop } = await createDatabases('empty');
        const empty = await ledger({ ...env, GATEWAY_DATABASE_URL: urls['empty']! }, 'export');
        expect(empty).toMatchObject({ code: 1, out: '', err: expect.stringContaining('npm run migrate') });
        await drop();
        const away = await rebuildQueue({ ...env, QUEUE_URL: 'redis://127.0.0.1:1' });
        expect(away).toMatchObject({ code: 1, err: expect.stringContaining('The queue does not answer') });
      });
    });
});

test('the script passes on what is said', () => {
  expect(execFileSync(process.execPath, [SCRIPT, '--help']).toString()).toContain('rebuild-queue --yes');
});
