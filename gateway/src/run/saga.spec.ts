import { problemBody, type StepName, STEPS } from '@turnpike/contracts';
import type { StepAnswer } from './outcome.js';
import { type Calls, Saga } from './saga.js';

const TWO: StepName[] = ['identity.register', 'ordering.create-customer'];
const [FIRST, SECOND] = TWO as [StepName, StepName];
const CONFLICT = problemBody('email-taken');
const GONE = problemBody('user-deleted');
const DEADLINE = { type: 'deadline' as const, problem: problemBody('deadline-exceeded') };

const applied: StepAnswer = { type: 'applied', body: { id: 1 } };
const refused: StepAnswer = { type: 'refused', problem: CONFLICT };
const gone: StepAnswer = { type: 'gone', problem: GONE };
const sealed: StepAnswer = { type: 'sealed' };
const stale: StepAnswer = { type: 'stale' };
const unknown: StepAnswer = { type: 'unknown', problem: problemBody('unavailable'), retryAfterMs: 7 };

/** A saga over scripted answers, by `{call} {step}`; what is not scripted is applied. It notes every call. */
function sagaWith(script: Record<string, StepAnswer>, steps = TWO): { saga: Saga; calls: string[] } {
  const calls: string[] = [];
  const answer =
    (call: string) =>
    (step: StepName): Promise<StepAnswer> => {
      calls.push(`${call} ${step}`);
      return Promise.resolve(script[`${call} ${step}`] ?? applied);
    };
  const scripted: Calls = { apply: answer('apply'), settle: answer('settle'), undo: answer('undo') };
  const known = steps.map((name) => ({
    name,
    service: STEPS[name].service,
    state: 'pending' as const,
    attempts: 0,
  }));
  return { saga: new Saga(steps, known, scripted), calls };
}

function statesOf(saga: Saga): string[] {
  return saga.stepOutcomes.map(({ state }) => state);
}

describe('forward', () => {
  it('succeeds when every step is in force', async () => {
    const { saga, calls } = sagaWith({});
    expect(await saga.forward()).toMatchObject({ type: 'succeeded', answers: { [FIRST]: { id: 1 } } });
    expect(calls).toEqual([`apply ${FIRST}`, `apply ${SECOND}`]);
    expect(statesOf(saga)).toEqual(['applied', 'applied']);
  });

  it('ends with the refusal of the first step, and never sends the second', async () => {
    const { saga, calls } = sagaWith({ [`apply ${FIRST}`]: refused });
    expect(await saga.forward()).toEqual({ type: 'failed', problem: CONFLICT });
    expect(calls).toEqual([`apply ${FIRST}`]);
    expect(statesOf(saga)).toEqual(['refused', 'sealed']);
  });

  it('takes the first step back when the second is refused', async () => {
    const { saga, calls } = sagaWith({ [`apply ${SECOND}`]: refused });
    expect(await saga.forward()).toEqual({ type: 'failed', problem: CONFLICT });
    expect(calls.at(-1)).toBe(`undo ${FIRST}`);
    expect(statesOf(saga)).toEqual(['undone', 'refused']);
  });

  it('is rejected when the user is gone, after what was applied is taken back', async () => {
    const { saga } = sagaWith({ [`apply ${SECOND}`]: gone });
    expect(await saga.forward()).toEqual({ type: 'rejected', problem: GONE });
    expect(statesOf(saga)).toEqual(['undone', 'refused']);
  });

  it('is tried again when nothing is known, and takes nothing back', async () => {
    const { saga, calls } = sagaWith({ [`apply ${SECOND}`]: unknown });
    expect(await saga.forward()).toMatchObject({ type: 'retry', retryAfterMs: 7 });
    expect(calls).toHaveLength(2);
    expect(statesOf(saga)).toEqual(['applied', 'pending']);
  });

  it('stops at once when a newer claim was seen', async () => {
    const { saga, calls } = sagaWith({ [`apply ${FIRST}`]: stale });
    expect(await saga.forward()).toEqual({ type: 'lost' });
    expect(calls).toHaveLength(1);
  });

  it('ends as not applied where an earlier run had begun to give it up', async () => {
    const { saga } = sagaWith({ [`apply ${SECOND}`]: sealed });
    expect(await saga.forward()).toMatchObject({ type: 'failed', problem: { code: 'deadline-exceeded' } });
    expect(statesOf(saga)).toEqual(['undone', 'sealed']);
  });

  it('is tried again when an undo is not answered, and is stuck when one is refused', async () => {
    const retried = sagaWith({ [`apply ${SECOND}`]: refused, [`undo ${FIRST}`]: unknown });
    expect(await retried.saga.forward()).toMatchObject({ type: 'retry' });
    const stuck = sagaWith({ [`apply ${SECOND}`]: refused, [`undo ${FIRST}`]: refused });
    expect(await stuck.saga.forward()).toMatchObject({ type: 'stuck' });
  });
});

describe('a step that is final', () => {
  it('is not undone when a later one is refused: the saga is stuck', async () => {
    const steps: StepName[] = ['ordering.purge-customer', 'identity.purge'];
    const { saga, calls } = sagaWith({ 'apply identity.purge': refused }, steps);
    const reason = 'ordering.purge-customer is final and cannot be undone';
    expect(await saga.forward()).toEqual({ type: 'stuck', reason });
    expect(calls).toEqual(['apply ordering.purge-customer', 'apply identity.purge']);
  });
});

describe('abort', () => {
  it('closes every step, last first, also those that were never sent', async () => {
    const { saga, calls } = sagaWith({ [`settle ${FIRST}`]: sealed, [`settle ${SECOND}`]: sealed });
    expect(await saga.abort(DEADLINE)).toEqual({ type: 'failed', problem: DEADLINE.problem });
    expect(calls).toEqual([`settle ${SECOND}`, `settle ${FIRST}`]);
    expect(statesOf(saga)).toEqual(['sealed', 'sealed']);
  });

  it('has succeeded when the last step was applied after all', async () => {
    const { saga } = sagaWith({});
    expect(await saga.abort(DEADLINE)).toMatchObject({ type: 'succeeded', answers: { [FIRST]: { id: 1 } } });
  });

  it('takes back what was applied, but only when every later step is closed', async () => {
    const { saga, calls } = sagaWith({ [`settle ${SECOND}`]: sealed });
    expect(await saga.abort({ type: 'cancel' })).toEqual({ type: 'cancelled' });
    expect(calls).toEqual([`settle ${SECOND}`, `settle ${FIRST}`, `undo ${FIRST}`]);
    expect(statesOf(saga)).toEqual(['undone', 'sealed']);
  });

  it('says nothing while a service cannot be asked', async () => {
    const { saga, calls } = sagaWith({ [`settle ${SECOND}`]: unknown });
    expect(await saga.abort(DEADLINE)).toMatchObject({ type: 'retry' });
    expect(calls).toHaveLength(1);
  });

  it('reports what the services say rather than why it was given up', async () => {
    const rejected = sagaWith({ [`settle ${SECOND}`]: gone });
    expect(await rejected.saga.abort({ type: 'cancel' })).toEqual({ type: 'rejected', problem: GONE });
    const failed = sagaWith({ [`settle ${SECOND}`]: sealed, [`settle ${FIRST}`]: refused });
    expect(await failed.saga.abort({ type: 'cancel' })).toEqual({ type: 'failed', problem: CONFLICT });
  });
});
