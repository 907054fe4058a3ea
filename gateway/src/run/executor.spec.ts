import type { GatewayConfig } from '../config.js';
import type { ClaimedRow, ClaimTerms } from '../ledger/claim-statements.js';
import type { Ledger } from '../ledger/ledger.js';
import { Executor } from './executor.js';
import type { Leases } from './leases.js';
import type { Services } from './services.js';

const CONFIG = { run: { leaseMs: 10_000, deadlineMs: 60_000 } } as GatewayConfig;

function idOf(seq: number): string {
  return `01900000-0000-7000-8000-${String(seq).padStart(12, '0')}`;
}

function claimed(seq: number): ClaimedRow {
  return {
    ...{ user_id: 'u', seq, id: idOf(seq), kind: 'customer.update', payload: {}, target_id: 'u' },
    ...{ actor_id: 'u', if_match: null, epoch: 1, attempts: 1, crashes: 0, cancel_requested: false },
    ...{ traceparent: null, ms_to_deadline: 60_000 },
    steps: [{ name: 'ordering.update-customer', service: 'ordering', state: 'pending', attempts: 0 }],
  };
}

/** A lane that never ends, whose every write takes so long. */
function endlessLane(stepMs: number): { executor: Executor; terms: (ClaimTerms | null)[] } {
  const terms: (ClaimTerms | null)[] = [];
  const ledger = {
    claim: () => Promise.resolve(claimed(1)),
    finish: (_key: unknown, _ending: unknown, next: ClaimTerms | null) => {
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
  const leases = { hold: () => ({ signal: new AbortController().signal, release: () => undefined }) };
  const executor = new Executor(
    ledger as unknown as Ledger,
    { apply } as unknown as Services,
    leases as unknown as Leases,
    CONFIG,
  );
  return { executor, terms };
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
