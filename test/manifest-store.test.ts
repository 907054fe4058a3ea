// What becomes of manifests, on a ledger of PostgreSQL itself: several processes judge and carry out the same.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { Manifest } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { catalogueOf } from '../gateway/src/operations/definitions.js';
import { readConfig, type ShopConfig } from '../gateway/src/config.js';
import type { Catalogue } from '../libs/engine/src/definitions/catalogue.js';
import { ApplicationRoutes, CompiledIn } from '../libs/engine/src/manifests/compiled-in.js';
import { ManifestJudge } from '../libs/engine/src/manifests/manifest-judge.js';
import { ManifestStore } from '../libs/engine/src/manifests/manifest-store.js';
import { TestLedger } from './support/ledger.js';
import { LOYALTY, stepsWith, withOperation, withRelation } from './support/manifests.js';
import { until } from './support/processes.js';

const POINTS: Manifest = {
  ...{ manifest: 1, service: 'points', version: '2.0.0' },
  operations: [{ kind: 'points.bonus', after: 'loyalty.redeem', steps: ['points.bonus'] }],
  steps: [{ name: 'points.bonus', refuses: false, undo: false, event: null }],
};

/** As much of a gateway process as judges manifests. */
interface Process {
  catalogue: Catalogue;
  store: ManifestStore;
  judge: (manifest: object, name?: string) => Promise<boolean>;
}

let t: TestLedger;
let processes: Process[] = [];
const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation();
const logs = jest.spyOn(Logger.prototype, 'log').mockImplementation();
beforeAll(async () => void (t = await TestLedger.open()), 60_000);
afterAll(async () => {
  await t?.close();
  jest.restoreAllMocks();
}, 60_000);
afterEach(async () => {
  await Promise.all(processes.map(({ store }) => store.beforeApplicationShutdown()));
  processes = [];
  await t.database.query('delete from services');
  await end(1000);
  errors.mockClear();
  logs.mockClear();
});

/** @param routes of an application of another version */
async function startProcess(routes: { method: string; path: string }[] = []): Promise<Process> {
  const config = configOf('loyalty=http://127.0.0.1:1,points=http://127.0.0.1:2');
  const catalogue = catalogueOf(config);
  const compiledIn = new CompiledIn(catalogue, new ApplicationRoutes(routes));
  const store = new ManifestStore(t.database, catalogue, compiledIn, config);
  const judge = new ManifestJudge(t.database, store, compiledIn);
  store.onApplicationBootstrap();
  await until(async () => store.isLoaded);
  const process = {
    ...{ catalogue, store },
    judge: (manifest: object, name = (manifest as Manifest).service) =>
      judge.judge(name, JSON.stringify(manifest)),
  };
  processes.push(process);
  return process;
}

function configOf(SERVICES: string): ShopConfig {
  return { ...readConfig({ SERVICES }), databaseUrl: t.url };
}

/** @returns the versions that are carried out, and what the ledger has against newer ones */
async function standing(): Promise<object[]> {
  return t.database.query('select name, version, refused_version, refused_for from services order by name');
}

/** Operations that have not ended, which no lane knows of: nobody carries them out. */
async function unfinished(kind: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const steps = [{ name: kind, service: 'loyalty', state: 'pending' }];
    await t.database.query(
      `insert into operations (user_id, seq, id, kind, target_type, target_id, payload, steps)
       values ($1, 2, $2, $3, 'user', $1, '{}', $4)`,
      [await t.newLane(), uuidv7(), kind, JSON.stringify(steps)],
    );
  }
}

/** Ends so many of them. */
async function end(count: number): Promise<void> {
  await t.database.query(
    `delete from operations where id in (select id from operations where state = 'queued' limit $1)`,
    [count],
  );
}

const versionsIn = ({ catalogue }: Process): string[] => catalogue.manifests.map(({ version }) => version);
const told = (): string[] => errors.mock.calls.map(([message]) => String(message));

describe('a manifest that can be carried out', () => {
  it('is carried out by the process that has read it, and by every other', async () => {
    const [one, two] = [await startProcess(), await startProcess()];
    await one.judge(LOYALTY);
    expect(one.catalogue.knows('loyalty.redeem')).toBe(true);
    await until(async () => two.catalogue.knows('loyalty.redeem'));
    expect(told()).toEqual([]);
    expect(logs).toHaveBeenCalledWith('manifest of loyalty 1.4.0 is accepted');
  });

  it('is carried out by a process that starts while the service is away', async () => {
    await (await startProcess()).judge(LOYALTY);
    const later = await startProcess();
    expect(versionsIn(later)).toEqual(['1.4.0']);
    expect(later.catalogue.stepsOf('loyalty.redeem', {})).toEqual([
      { name: 'loyalty.redeem', service: 'loyalty' },
    ]);
  });

  it('is known as soon as somebody asks who has not heard of it', async () => {
    const [one, two] = [await startProcess(), await startProcess()];
    await two.store.beforeApplicationShutdown();
    await one.judge(LOYALTY);
    await two.store.refresh();
    expect(two.catalogue.knows('loyalty.redeem')).toBe(true);
  });

  it('is read at last where the ledger did not answer at the start', async () => {
    await (await startProcess()).judge(LOYALTY);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const query = jest.spyOn(t.database, 'query');
    for (let i = 0; i < 3; i += 1) query.mockRejectedValueOnce(new Error('Connection terminated'));
    const later = await startProcess();
    expect(versionsIn(later)).toEqual(['1.4.0']);
    query.mockRestore();
  });

  it('takes the place of the one before', async () => {
    const process = await startProcess();
    await process.judge(LOYALTY);
    await process.judge({ ...LOYALTY, version: '1.5.0', ...withOperation({ kind: 'loyalty.spend' }) });
    expect(versionsIn(process)).toEqual(['1.5.0']);
    expect(process.catalogue.knows('loyalty.redeem')).toBe(false);
  });

  it('is told of once, however many have read it at once', async () => {
    const all = [await startProcess(), await startProcess(), await startProcess()];
    await Promise.all(all.flatMap(({ judge }) => [judge(LOYALTY), judge(LOYALTY)]));
    expect(logs.mock.calls.filter(([message]) => String(message).includes('is accepted'))).toHaveLength(1);
    expect(await standing()).toMatchObject([{ name: 'loyalty', version: '1.4.0', refused_version: null }]);
  });
});

describe('a manifest that cannot be carried out', () => {
  const WRONG = { ...LOYALTY, version: '1.5.0', ...withOperation({ steps: ['loyalty.reedem'] }) };
  const LINE = 'operations/0 (loyalty.redeem): its step loyalty.reedem is declared by no service';

  it('is refused whole, in one line that says what and where, and the one before goes on', async () => {
    const process = await startProcess();
    await process.judge(LOYALTY);
    await process.judge(WRONG);
    expect(told()).toEqual([`manifest of loyalty 1.5.0: ${LINE}`]);
    expect(await standing()).toEqual([
      { name: 'loyalty', version: '1.4.0', refused_version: '1.5.0', refused_for: [LINE] },
    ]);
    expect(versionsIn(process)).toEqual(['1.4.0']);
    expect(versionsIn(await startProcess())).toEqual(['1.4.0']);
  });

  it('is told of once, however often and by however many it is read', async () => {
    const all = [await startProcess(), await startProcess()];
    await Promise.all(all.flatMap(({ judge }) => [judge(WRONG), judge(WRONG)]));
    await Promise.all(all.map(({ judge }) => judge(WRONG)));
    expect(told()).toEqual([`manifest of loyalty 1.5.0: ${LINE}`]);
    expect(await standing()).toEqual([
      { name: 'loyalty', version: null, refused_version: '1.5.0', refused_for: [LINE] },
    ]);
  });

  it('has all its mistakes told in that line', async () => {
    await (await startProcess()).judge({ ...WRONG, ...withRelation({ to: 'identity.user.id' }) });
    expect(told()).toEqual([
      `manifest of loyalty 1.5.0: ${LINE}; relations/0 (loyalty.accounts): refers to identity.user.id, which is declared by no service`,
    ]);
  });

  it('is forgotten when the service says again what was accepted', async () => {
    const process = await startProcess();
    const counts: boolean[] = [];
    for (const manifest of [LOYALTY, WRONG, LOYALTY]) counts.push(await process.judge(manifest));
    expect(counts).toEqual([true, false, true]);
    expect(await standing()).toMatchObject([{ version: '1.4.0', refused_version: null, refused_for: null }]);
  });

  it('is refused where it is no manifest at all', async () => {
    await (await startProcess()).judge([], 'loyalty');
    expect(told()).toEqual(['manifest of loyalty: the body must be an object']);
  });
});

describe('a manifest without what unfinished operations need', () => {
  const WITHOUT = { ...LOYALTY, version: '2.0.0', ...withOperation({ kind: 'loyalty.spend' }) };

  it('is refused with the number of them, until they have ended', async () => {
    const process = await startProcess();
    await process.judge(LOYALTY);
    await unfinished('loyalty.redeem', 3);
    await process.judge(WITHOUT);
    expect(told()).toEqual([
      'manifest of loyalty 2.0.0: operations: loyalty.redeem is gone, which 3 unfinished operations need as it was',
    ]);
    await end(1);
    await process.judge(WITHOUT);
    expect(await standing()).toMatchObject([
      { version: '1.4.0', refused_for: [expect.stringContaining('which 2 unfinished operations need')] },
    ]);
    // The number of them is no news.
    expect(told()).toHaveLength(1);
    await end(2);
    await process.judge(WITHOUT);
    expect(versionsIn(process)).toEqual(['2.0.0']);
  });

  it('is refused, too, where a step of theirs could not be taken back any more', async () => {
    const process = await startProcess();
    await process.judge({ ...LOYALTY, ...stepsWith('loyalty.redeem', { undo: true }) });
    await unfinished('loyalty.redeem', 1);
    await process.judge({ ...LOYALTY, version: '2.0.0' });
    expect(told()).toEqual([
      'manifest of loyalty 2.0.0: steps/0 (loyalty.redeem): its undo is false and was true, which 1 unfinished operation needs as it was',
    ]);
  });
});

describe('manifests of several services', () => {
  it('cannot take the same name, even at once', async () => {
    const [one, two] = [await startProcess(), await startProcess()];
    const twin = {
      ...POINTS,
      operations: [{ ...LOYALTY.operations![0]!, steps: ['points.bonus'], refuses: [] }],
    };
    await Promise.all([one.judge(LOYALTY), two.judge(twin)]);
    const versions = (await standing()).map((row) => (row as { version: string | null }).version);
    expect(versions.filter((version) => version !== null)).toHaveLength(1);
    expect(told()).toEqual([expect.stringMatching(/the kind loyalty.redeem is taken by (loyalty|points)/)]);
  });

  it('may refer to each other: one is refused until the other is there', async () => {
    const process = await startProcess();
    await process.judge(POINTS);
    expect(told()).toEqual([
      'manifest of points 2.0.0: operations/0 (points.bonus): follows loyalty.redeem, which is declared by no service',
    ]);
    await process.judge(LOYALTY);
    await process.judge(POINTS);
    expect(versionsIn(process).toSorted()).toEqual(['1.4.0', '2.0.0']);
  });

  it('keep what others refer to', async () => {
    const process = await startProcess();
    await process.judge(LOYALTY);
    await process.judge(POINTS);
    await process.judge({ ...LOYALTY, version: '1.5.0', ...withOperation({ kind: 'loyalty.spend' }) });
    expect(told()).toEqual([
      'manifest of loyalty 1.5.0: with it manifest of points 2.0.0: operations/0 (points.bonus): follows loyalty.redeem, which is declared by no service',
    ]);
  });
});

describe('a manifest that was accepted', () => {
  it('and does not agree with another version of the application is left out there, with what refers to it', async () => {
    const process = await startProcess();
    await process.judge(LOYALTY);
    await process.judge(POINTS);
    const other = await startProcess([{ method: 'GET', path: '/v1/users/:id/points' }]);
    expect(versionsIn(other)).toEqual([]);
    expect(told()).toEqual([
      expect.stringContaining(
        'the route GET /v1/users/{userId}/points is taken by the gateway (/v1/users/:id/points). It was accepted',
      ),
      expect.stringContaining(
        'manifest of points 2.0.0: operations/0 (points.bonus): follows loyalty.redeem',
      ),
    ]);
    expect(other.store.unfitFor('loyalty')).toHaveLength(1);
    expect(versionsIn(process)).toHaveLength(2);
  });

  it('of a service that does not take part any more is not carried out', async () => {
    await (await startProcess()).judge(LOYALTY);
    const config = configOf('points=http://127.0.0.1:2');
    const catalogue = catalogueOf(config);
    const compiledIn = new CompiledIn(catalogue, new ApplicationRoutes([]));
    const store = new ManifestStore(t.database, catalogue, compiledIn, config);
    await store.refresh();
    expect(catalogue.manifests).toEqual([]);
  });
});
