import type { BulkClaim, BulkProgress, BulkRuns } from './run-store.js';
import type { Maintenance } from '../queue/scheduled-tasks.js';
import type { Authority, Held } from '../execution/authority.js';
import type { Actions } from '../ops/operator-actions.js';
import { Bulk } from './bulk-actions.js';
import type { Repetitions } from '../ops/repetitions.js';

/** Carries out a run over three writes of one lane. @returns what was done to which of them, and to the run */
async function runWhile(answers: readonly Held[]): Promise<string[]> {
  const [done, left]: [string[], Held[]] = [[], [...answers]];
  const items = ['1', '2', '3'].map((id) => ({ id, userId: 'u' }));
  const claims = [{ id: 'r', action: 'cancel', actorId: 'a', byRole: 'admin', position: null }];
  const note = (what: string) => () => Promise.resolve(void done.push(what));
  const runs = {
    claim: () => Promise.resolve(claims.shift() ?? null),
    next: ({ position }: BulkClaim) => Promise.resolve(position === null ? items : []),
    proceed: (_claim: BulkClaim, progress: BulkProgress) =>
      Promise.resolve(Boolean(done.push(`counted ${progress.done}`))),
    ...{ end: note('ended'), stop: note('stopped') },
  };
  let run: ((stopped: AbortSignal) => Promise<void>) | undefined;
  const bulk = new Bulk(
    runs as unknown as BulkRuns,
    { cancel: (id: string) => Promise.resolve(void done.push(id)) } as unknown as Actions,
    {} as unknown as Repetitions,
    { of: () => Promise.resolve(left.shift() ?? 'held') } as unknown as Authority,
    { define: (task: { run: typeof run }) => (run = task.run) } as unknown as Maintenance,
  );
  bulk.onModuleInit();
  await run!(new AbortController().signal);
  return done;
}

describe('a run over many writes', () => {
  it.each<[string, Held[], string[]]>([
    ['goes to its end while the role is held', [], ['1', '2', '3', 'counted 3', 'ended']],
    ['ends within a page once the role is lost', ['held', 'lost'], ['1', 'counted 1', 'stopped']],
    ['waits within a page where nobody can say, and counts nothing', ['held', 'unknown'], ['1']],
  ])('%s', async (_what, answers, expected) => {
    expect(await runWhile(answers)).toEqual(expected);
  });
});
