// Services that declare themselves, as a gateway takes them in: real processes, and services that are played.
import type { Manifest, ServiceView } from '@turnpike/protocol';
import {
  api,
  type Api,
  expectStatus,
  type Person,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { FakeService, refuse } from './support/fake-service.js';
import { LOYALTY, stepsWith, withOperation, withRelation } from './support/manifests.js';
import { pause, until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

/** Milliseconds in which a gateway has missed a service that is gone. */
const MISSED_MS = 3000;

/** A service that has never declared what can be carried out. */
const POINTS: Manifest = {
  ...{ manifest: 1, service: 'points', version: '0.1.0' },
  operations: [{ kind: 'points.give', after: 'order.paid', steps: ['points.give'] }],
  steps: [{ name: 'points.give', refuses: false, undo: false, event: null }],
};

let loyalty: FakeService;
let points: FakeService;
let system: System;
let url: string;
let admin: Api;
beforeAll(async () => {
  [loyalty, points] = [await FakeService.start(LOYALTY), await FakeService.start(POINTS)];
  const SERVICES = `loyalty=${loyalty.url},points=${points.url}`;
  system = await startSystem({ env: { SERVICES, LOG_LEVEL: 'info' } });
  url = system.gatewayUrls[0]!;
  admin = api(url, await signIn(url, system.admin));
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await Promise.all([loyalty?.goAway(), points?.goAway()]);
});

async function standingOf(name: string): Promise<ServiceView> {
  const { body } = await admin.get<ServiceView[]>('/v1/ops/services');
  return body.find((service) => service.name === name)!;
}

async function untilStands(name: string, expected: Partial<ServiceView>): Promise<ServiceView> {
  let standing: ServiceView | undefined;
  const isSo = async (): Promise<boolean> => {
    standing = await standingOf(name);
    return Object.entries(expected).every(
      ([member, value]) => standing![member as keyof ServiceView] === value,
    );
  };
  await until(isSo).catch(() => expect(standing).toMatchObject(expected));
  return standing!;
}

/** The service is stopped, and comes back with another version of itself. */
async function deploy(version: string, change: object): Promise<void> {
  await loyalty.goAway();
  loyalty.manifest = { ...LOYALTY, version, ...change };
  await pause(MISSED_MS);
  await loyalty.comeBack();
}

/** @returns the lines of the gateway's log about a manifest of that version */
function told(version: string): string[] {
  const lines = system.processes.gateways[0]!.output().split('\n');
  return lines
    .filter((line) => line.includes(`manifest of loyalty ${version}`))
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

/** The ledger has it before the log does. */
async function untilTold(version: string): Promise<string[]> {
  await until(async () => told(version).length > 0);
  return told(version);
}

it('a service that declares itself is carried out, those of the application beside it', async () => {
  await untilStands('loyalty', { state: 'serving', version: '1.4.0', problem: null });
  const { body } = await admin.get<ServiceView[]>('/v1/ops/services');
  expect(body.map(({ name, state }) => [name, state])).toEqual([
    ...[
      ['identity', 'serving'],
      ['ordering', 'serving'],
    ],
    ...[
      ['loyalty', 'serving'],
      ['points', 'refused'],
    ],
  ]);
  expect(body[2]).toEqual({
    ...{ name: 'loyalty', version: '1.4.0', state: 'serving', breaker: 'closed', problem: null },
    ...{ since: expect.any(String), waiting: 0, waitingLanes: 0 },
    limits: { concurrency: null, perSecond: null },
  });
  expect(await untilTold('1.4.0')).toEqual(['manifest of loyalty 1.4.0 is accepted']);
});

it('one that has never declared what can be carried out is refused, with what and where', async () => {
  expect(await standingOf('points')).toMatchObject({
    ...{ version: null, state: 'refused', since: expect.any(String) },
    problem:
      'manifest of points 0.1.0: operations/0 (points.give): follows order.paid, which is declared by no service',
  });
});

describe('while a service is away', () => {
  let user: Person;
  beforeAll(async () => {
    user = await register(url);
    await loyalty.goAway();
    await untilStands('loyalty', { state: 'away' });
  });

  it('a gateway starts with what it declared last', async () => {
    await system.restart(system.processes.gateways[0]!);
    await untilStands('loyalty', { state: 'away', version: '1.4.0', problem: null });
    expect(told('1.4.0')).toHaveLength(1);
  });

  it('what it takes part in is accepted and waits for it', async () => {
    const { id } = expectStatus(await admin.delete<{ id: string }>(`/v1/users/${user.id}`), 202);
    await untilStands('loyalty', { waiting: 1, waitingLanes: 1 });
    await loyalty.comeBack();
    expect(await waitFor(url, await signIn(url, system.admin), id)).toMatchObject({ state: 'succeeded' });
    expect(loyalty.steps.map(({ name, userId }) => [name, userId])).toEqual([['loyalty.close', user.id]]);
    await untilStands('loyalty', { state: 'serving', waiting: 0, waitingLanes: 0 });
  });
});

describe('a newer manifest', () => {
  it.each<[string, string, object, string]>([
    [
      'whose plan lacks an undo',
      '2.0.1',
      withOperation({ steps: ['loyalty.earn', 'loyalty.redeem'] }),
      'operations/0 (loyalty.redeem): its plan has loyalty.redeem, which may be refused, behind loyalty.earn, which cannot be undone',
    ],
    [
      'with a step that nobody has',
      '2.0.2',
      withOperation({ steps: ['loyalty.reedem'] }),
      'operations/0 (loyalty.redeem): its step loyalty.reedem is declared by no service',
    ],
    [
      'that restricts by what cannot be undone',
      '2.0.3',
      {
        ...withRelation({ delete: { kind: 'restrict', step: 'loyalty.close' } }),
        ...stepsWith('loyalty.close', { refuses: true, undo: false }),
      },
      'relations/0 (loyalty.accounts): restricts delete by loyalty.close, which cannot be undone',
    ],
    [
      'with a route that is taken',
      '2.0.4',
      withOperation({ path: '/v1/orders/{order}/pay', lane: 'caller' }),
      'operations/0 (loyalty.redeem): the route POST /v1/orders/{order}/pay is taken by the gateway (/v1/orders/:id/pay)',
    ],
  ])('%s is refused in one line, and the one before serves', async (_what, version, change, line) => {
    await deploy(version, change);
    const problem = `manifest of loyalty ${version}: ${line}`;
    await untilStands('loyalty', { state: 'serving', version: '1.4.0', problem });
    expect(await untilTold(version)).toEqual([problem]);
  });

  it('that can be carried out takes the place of the one before', async () => {
    await deploy('2.1.0', {});
    await untilStands('loyalty', { state: 'serving', version: '2.1.0', problem: null });
  });

  it('without a step that unfinished operations need is refused with the number of them', async () => {
    const users = [await register(url), await register(url)];
    loyalty.on('loyalty.close', () => ({ status: 503, recorded: false }));
    const ids = await Promise.all(
      users.map(
        async ({ id }) => expectStatus(await admin.delete<{ id: string }>(`/v1/users/${id}`), 202).id,
      ),
    );
    await untilStands('loyalty', { waiting: 2, waitingLanes: 2 });
    await deploy('3.0.0', {
      ...withRelation({ delete: undefined }),
      steps: LOYALTY.steps!.filter(({ name }) => name !== 'loyalty.close'),
    });
    const problem =
      'manifest of loyalty 3.0.0: steps: loyalty.close is gone, which 2 unfinished operations need as it was';
    await untilStands('loyalty', { state: 'serving', version: '2.1.0', problem });
    loyalty.on('loyalty.close', () => ({}));
    for (const id of ids)
      expect(await waitFor(url, await signIn(url, system.admin), id)).toMatchObject({ state: 'succeeded' });
  });

  it('without a kind leaves what was done of it to be read, and nothing of it to be repeated', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const redeem = async (): Promise<string> => {
      const accepted = await me.post<{ id: string }>(`/v1/users/${user.id}/points/redeem`, { points: 1 });
      return expectStatus(accepted, 202).id;
    };
    loyalty.on('loyalty.redeem', () => ({ body: { points: 5 } }));
    const done = await redeem();
    await waitFor(url, user.token, done);
    loyalty.on('loyalty.redeem', () => refuse('insufficient-points'));
    const failed = await redeem();
    await waitFor(url, user.token, failed);
    await deploy('4.0.0', {
      operations: LOYALTY.operations!.filter(({ kind }) => kind !== 'loyalty.redeem'),
    });
    await untilStands('loyalty', { state: 'serving', version: '4.0.0', problem: null });
    expect(await me.get(`/v1/operations/${done}`, WAIT)).toMatchObject({
      status: 200,
      body: { kind: 'loyalty.redeem', state: 'succeeded', result: { points: 5 } },
    });
    expect(await admin.post(`/v1/ops/operations/${failed}/retry`, { reason: 'once more' })).toMatchObject({
      status: 400,
      body: { detail: 'No service declares this kind of write any more.' },
    });
    expect(await me.post(`/v1/users/${user.id}/points/redeem`, { points: 1 })).toMatchObject({ status: 404 });
  });
});
