import type { GatewayConfig } from '../config.js';
import type { Catalogue } from '../definitions/catalogue.js';
import type { ClaimedRow, ClaimTerms } from '../ledger/statements/claim.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Authority, Held } from './authority.js';
import { Executor } from './executor.js';
import type { Leases } from './leases.js';
import type { Services } from './service-client.js';

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

const CONFIG = { run: { leaseMs: 10_000, deadlineMs: 60_000 } } as GatewayConfig;

function idOf(seq: number): string {
  return `01900000-0000-7000-8000-${String(seq).padStart(12, '0')}`;
}

function claimed(seq: number): ClaimedRow {
  return {
    ...{
      user_id: 'u',
      seq,
      id: idOf(seq),
      kind: 'customer.update',
      payload: {},
      target_type: 'user',
      target_id: 'u',
    },
    ...{
      effect: 'writes',
      ...{ beside: false, changes_roles: false, reports_deletion: false },
      actor_id: 'u',
      by_role: null,
      if_match: null,
      epoch: 1,
      attempts: 1,
      crashes: 0,
      cancel_requested: false,
    },
    ...{ traceparent: null, ms_to_deadline: 60_000 },
    steps: [{ name: 'ordering.update-customer', service: 'ordering', state: 'pending', attempts: 0 }],
  };
}

interface TestedLane {
  executor: Executor;
  /** Those of the ends that were written down. */
  terms: (ClaimTerms | null)[];
  lost: AbortController;
}

/**
 * A lane that never ends, whose every write takes so long.
 * @param failures what the ledger says of the first attempts to write an end down
 */
function endlessLane(stepMs: number, failures: Error[] = []): TestedLane {
  const terms: (ClaimTerms | null)[] = [];
  const lost = new AbortController();
  const ledger = {
    claim: () => Promise.resolve(claimed(1)),
    finish: (_key: unknown, _ending: unknown, next: ClaimTerms | null) => {
      const failure = failures.shift();
      if (failure) return Promise.reject(failure);
      terms.push(next);
      const seq = terms.length + 1;
      const release = { userId: 'u', operationId: idOf(seq), release: 1, delayMs: 0 };
      return Promise.resolve(
        next ? { claimed: claimed(seq), releases: [] } : { claimed: null, releases: [release] },
      );
    },
  };
  const apply = (): Promise<object> =>
    new Promise((resolve) => setTimeout(() => resolve({ type: 'applied', body: {} }), stepMs));
  const leases = { hold: () => ({ signal: lost.signal, release: () => undefined }) };
  const executor = new Executor(
    ledger as unknown as Ledger,
    { apply } as unknown as Services,
    leases as unknown as Leases,
    { toCarryOut: () => Promise.resolve('held') } as unknown as Authority,
    CATALOGUE,
    CONFIG,
  );
  return { executor, terms, lost };
}

describe('a lane that is at work', () => {
  it('goes on without the queue, but not for long', async () => {
    const { executor, terms } = endlessLane(60);
    const begun = performance.now();
    const releases = await executor.run('u', idOf(1));
    expect(performance.now() - begun).toBeGreaterThan(240);
    expect(terms.length).toBeGreaterThan(1);
    expect(terms.slice(0, -1)).not.toContain(null);
    expect(terms.at(-1)).toBeNull();
    expect(releases).toEqual([{ userId: 'u', operationId: idOf(terms.length + 1), release: 1, delayMs: 0 }]);
  });

  it('goes back to the queue when the process stops', async () => {
    const { executor, terms } = endlessLane(1);
    await executor.run('u', idOf(1), () => terms.length === 1);
    expect(terms.map((next) => next === null)).toEqual([false, true]);
  });
});

describe('an outcome that cannot be written down', () => {
  const away = (): Error => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

  it('is written down when the ledger is there again', async () => {
    const { executor, terms } = endlessLane(1, [away(), away(), away()]);
    await executor.run('u', idOf(1), () => true);
    expect(terms).toEqual([null]);
  });

  it('is given up when the lease is lost', async () => {
    const { executor, terms, lost } = endlessLane(1, Array.from({ length: 1000 }, away));
    setTimeout(() => lost.abort(), 100);
    await expect(executor.run('u', idOf(1))).rejects.toThrow('refused');
    expect(terms).toEqual([]);
  });

  it('is given up at once when it is not the ledger that is away', async () => {
    const { executor, terms } = endlessLane(1, [new Error('a mistake')]);
    await expect(executor.run('u', idOf(1))).rejects.toThrow('a mistake');
    expect(terms).toEqual([]);
  });
});

describe('a write in retry by a role', () => {
  /** @returns what its service is asked for, and the end that is written down; of one that is tried again none */
  async function triedAgain(held: Held, attempts: number): Promise<[string[], string | undefined]> {
    const [row, calls]: [ClaimedRow, string[]] = [claimed(1), []];
    row.steps[0]!.attempts = attempts;
    let end: string | undefined;
    const ledger = {
      claim: () => Promise.resolve(row),
      finish: (_key: unknown, { state }: { state: string }) => {
        end = state;
        return Promise.resolve({ claimed: null, releases: [] });
      },
      retryLater: () => Promise.resolve(null),
    };
    const call = (name: string, type: string) => () => {
      calls.push(name);
      return Promise.resolve({ type, body: {} });
    };
    const executor = new Executor(
      ledger as unknown as Ledger,
      { apply: call('apply', 'applied'), settle: call('settle', 'sealed') } as unknown as Services,
      {
        hold: () => ({ signal: new AbortController().signal, release: () => undefined }),
      } as unknown as Leases,
      { toCarryOut: () => Promise.resolve(held) } as unknown as Authority,
      CATALOGUE,
      { run: { ...CONFIG.run, retryBaseMs: 1, retryMaxMs: 1 } } as unknown as GatewayConfig,
    );
    await executor.run('u', idOf(1));
    return [calls, end];
  }

  it.each<[string, Held, number, [string[], string | undefined]]>([
    ['is rejected without a call where nothing was sent and the role is lost', 'lost', 0, [[], 'rejected']],
    ['is closed and rejected where a step may have been sent', 'lost', 1, [['settle'], 'rejected']],
    ['goes on where a step may have been sent and nobody can say', 'unknown', 1, [['apply'], 'succeeded']],
    ['waits where nothing was sent and nobody can say', 'unknown', 0, [[], undefined]],
    ['goes on where the role is held', 'held', 1, [['apply'], 'succeeded']],
  ])('%s', async (_what, held, attempts, expected) => {
    expect(await triedAgain(held, attempts)).toEqual(expected);
  });
});
