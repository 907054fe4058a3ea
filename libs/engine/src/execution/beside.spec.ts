import type { GatewayConfig } from '../config.js';
import type { Catalogue } from '../definitions/catalogue.js';
import type { ClaimedRow, Retry } from '../ledger/statements/claim.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Ending } from '../ledger/completion-batches.js';
import type { Authority } from './authority.js';
import { Executor } from './executor.js';
import type { Leases } from './leases.js';
import type { StepAnswer } from '../definitions/outcome.js';
import type { Services } from './service-client.js';

const RETRY_MAX_MS = 30_000;
/** Each write is one step, whose body is that of the write. */
const CATALOGUE = {
  subject: { service: 'identity', confirm: 'identity.confirm' },
  step: () => ({ undo: false }),
  learns: () => Promise.resolve(true),
  of: (kind: string) => ({ kind }),
  callOf: () => ({ body: ({ payload }: { payload: object }) => payload, checksVersion: false }),
  endOf: () => ({ result: null, change: { before: null, after: null } }),
  followersOf: () => [],
  counting: [],
} as unknown as Catalogue;

const CONFIG = {
  run: { leaseMs: 10_000, deadlineMs: 60_000, retryBaseMs: 200, retryMaxMs: RETRY_MAX_MS },
} as GatewayConfig;

const ID = '01900000-0000-7000-8000-000000000001';
const CLAIMED: ClaimedRow = {
  ...{ user_id: 'u', seq: 7, id: ID, kind: 'user.set-roles', effect: 'writes', payload: { roles: [] } },
  ...{ beside: true, changes_roles: true, reports_deletion: false },
  ...{
    target_type: 'user',
    target_id: 'u',
    actor_id: 'u',
    by_role: null,
    if_match: null,
    epoch: 2,
    attempts: 2,
    crashes: 0,
  },
  ...{ cancel_requested: false, traceparent: null, ms_to_deadline: 60_000 },
  steps: [{ name: 'identity.set-roles', service: 'identity', state: 'pending', attempts: 1 }],
};

/** What a run wrote down, where its service answers everything so. */
interface Written {
  retries: Retry[];
  endings: Ending[];
  halts: number;
}

async function run(claimed: Partial<ClaimedRow>, answer: StepAnswer, mayEnd = true): Promise<Written> {
  const written: Written = { retries: [], endings: [], halts: 0 };
  const ledger = {
    claim: () => Promise.resolve({ ...CLAIMED, ...claimed }),
    finish: (_key: unknown, ending: Ending) => {
      written.endings.push(ending);
      return Promise.resolve(mayEnd ? { claimed: null, releases: [] } : null);
    },
    retryLater: (retry: Retry) => {
      written.retries.push(retry);
      return Promise.resolve({ userId: 'u', operationId: ID, release: 2, delayMs: retry.delayMs });
    },
    halt: () => Promise.resolve((written.halts += 1) > 0),
  };
  const call = (): Promise<StepAnswer> => Promise.resolve(answer);
  const leases = { hold: () => ({ signal: new AbortController().signal, release: () => undefined }) };
  const executor = new Executor(
    ledger as unknown as Ledger,
    { apply: call, settle: call } as unknown as Services,
    leases as unknown as Leases,
    { toCarryOut: () => Promise.resolve('held') } as unknown as Authority,
    CATALOGUE,
    CONFIG,
  );
  await executor.run('u', ID);
  return written;
}

describe('an operation that is carried out beside its lane', () => {
  it.each<[string, StepAnswer, boolean]>([
    ['is behind the fence of its service', { type: 'stale' }, true],
    ['is not known to its service', { type: 'unserved', reason: 'identity does not know it' }, true],
    ['comes to an end that its steps contradict', { type: 'applied', body: {} }, false],
  ])('that %s is tried again as seldom as anything, and halts nothing', async (_what, answer, mayEnd) => {
    const { retries, halts } = await run({}, answer, mayEnd);
    expect(retries).toMatchObject([{ delayMs: RETRY_MAX_MS, cause: { step: 'identity.set-roles' } }]);
    expect(halts).toBe(0);
  });

  it.each<[string, Partial<ClaimedRow>, object]>([
    ['deadline', { ms_to_deadline: -1 }, { state: 'failed', problem: { code: 'deadline-exceeded' } }],
    ['third death', { crashes: 3 }, { state: 'failed', problem: { code: 'internal-error' } }],
    ['withdrawal', { cancel_requested: true }, { state: 'cancelled', problem: null }],
  ])('behind the fence is given up at its %s', async (_what, claimed, ending) => {
    const { endings, retries } = await run(claimed, { type: 'stale' });
    expect(endings).toMatchObject([{ ...ending, steps: [{ state: 'sealed' }] }]);
    expect(retries).toEqual([]);
  });

  it('in line halts its lane as before', async () => {
    expect(await run({ beside: false }, { type: 'stale' })).toMatchObject({ halts: 1, retries: [] });
  });
});
