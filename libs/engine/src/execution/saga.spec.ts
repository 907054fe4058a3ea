import { problemBody } from '@turnpike/protocol';
import { STEPS } from '@turnpike/contracts';
import type { StepOutcome } from '../ledger/statements/claim.js';
import type { StepAnswer } from '../definitions/outcome.js';
import { type Calls, Saga } from './saga.js';

const TWO: string[] = ['identity.register', 'ordering.create-customer'];
const [FIRST, SECOND] = TWO as [string, string];
const CONFLICT = problemBody('email-taken');
const GONE = problemBody('user-deleted');
const DEADLINE = { type: 'deadline' as const, problem: problemBody('deadline-exceeded') };

const applied: StepAnswer = { type: 'applied', body: { id: 1 } };
const refused: StepAnswer = { type: 'refused', problem: CONFLICT };
const gone: StepAnswer = { type: 'gone', problem: GONE };
const sealed: StepAnswer = { type: 'sealed' };
const stale: StepAnswer = { type: 'stale' };
const FAILURE = { status: 500, code: 'internal-error', detail: null, requestId: 'r' };
const failing: StepAnswer = {
  ...{ type: 'unknown', problem: problemBody('unavailable'), retryAfterMs: null, failure: FAILURE },
};
const unserved: StepAnswer = { type: 'unserved', reason: 'identity does not know it (404)' };
const unknown: StepAnswer = { type: 'unknown', problem: problemBody('unavailable'), retryAfterMs: 7 };

/** A saga over scripted answers, by `{call} {key}`; what is not scripted is applied. It notes every call. */
function sagaWith(
  script: Record<string, StepAnswer>,
  steps = TWO,
  before: Partial<StepOutcome> = {},
): { saga: Saga; calls: string[] } {
  const calls: string[] = [];
  const answer =
    (call: string) =>
    (step: string, { generation }: StepOutcome): Promise<StepAnswer> => {
      const key = generation ? `${step}~${generation}` : step;
      calls.push(`${call} ${key}`);
      return Promise.resolve(script[`${call} ${key}`] ?? applied);
    };
  const scripted: Calls = {
    apply: (step, _answers, known) => answer('apply')(step, known),
    ...{ settle: answer('settle'), undo: answer('undo') },
    settleUndo: answer('settle undo of'),
  };
  const known = steps.map((name) => ({
    name,
    service: name.split('.')[0]!,
    state: 'pending' as const,
    attempts: 0,
    ...before,
  }));
  const isUndoable = (step: string): boolean => STEPS.some(({ name, undo }) => undo && name === step);
  return { saga: new Saga(known, scripted, isUndoable), calls };
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

  it('counts no attempt that an open breaker has held back', async () => {
    const problem = problemBody('unavailable', undefined, { breaker: 'identity' });
    const heldBack: StepAnswer = { type: 'unknown', problem, retryAfterMs: null };
    const { saga } = sagaWith({ [`apply ${FIRST}`]: heldBack });
    expect(await saga.forward()).toMatchObject({ type: 'retry', problem });
    expect(saga.stepOutcomes.map(({ attempts }) => attempts)).toEqual([0, 0]);
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
  const PURGE: string[] = ['identity.purge', 'ordering.purge-customer', 'billing.purge-user'];

  it.each([
    ['is refused', refused],
    ['finds its user deleted', gone],
    ['was closed', sealed],
  ])('leads forward alone: a service by which a later one %s breaks its word', async (_how, answer) => {
    const { saga, calls } = sagaWith({ 'apply ordering.purge-customer': answer }, PURGE);
    const reason =
      'ordering.purge-customer was refused, which it never is by its declaration: identity.purge is in force, and nothing leads back';
    expect(await saga.forward()).toEqual({ type: 'stuck', reason });
    expect(calls).toEqual(['apply identity.purge', 'apply ordering.purge-customer']);
  });

  it('is the decision: in force it is followed by the others, whatever the deadline', async () => {
    const { saga, calls } = sagaWith({ 'apply billing.purge-user': failing }, PURGE);
    expect(await saga.abort(DEADLINE)).toMatchObject({ type: 'retry' });
    expect(calls[0]).toBe('settle identity.purge');
    expect(calls.filter((call) => call.startsWith('settle'))).toHaveLength(1);
    expect(statesOf(saga)).toEqual(['applied', 'applied', 'pending']);
  });

  it('is the decision: not in force, nothing that follows is sent or asked for', async () => {
    const { saga, calls } = sagaWith({ 'settle identity.purge': sealed }, PURGE);
    expect(await saga.abort(DEADLINE)).toEqual({ type: 'failed', problem: DEADLINE.problem });
    expect(calls).toEqual(['settle identity.purge']);
    expect(statesOf(saga)).toEqual(['sealed', 'sealed', 'sealed']);
  });

  it('does not kill one process after the other: what follows it halts the lane', async () => {
    const { saga, calls } = sagaWith({}, PURGE);
    expect(await saga.abort({ ...DEADLINE, type: 'poison' })).toMatchObject({ type: 'stuck' });
    expect(calls).toEqual(['settle identity.purge']);
  });
});

describe('a call that a service does not know', () => {
  it.each([
    ['a step', { [`apply ${SECOND}`]: unserved }, 'forward'],
    ['an undo', { [`apply ${SECOND}`]: refused, [`undo ${FIRST}`]: unserved }, 'forward'],
    ['a settle', { [`settle ${SECOND}`]: unserved }, 'abort'],
  ] as const)('is a mistake and no weather: %s', async (_what, script, way) => {
    const { saga } = sagaWith(script);
    const outcome = await (way === 'abort' ? saga.abort(DEADLINE) : saga.forward());
    expect(outcome).toEqual({ type: 'stuck', reason: 'identity does not know it (404)' });
  });
});

describe('the cause', () => {
  it('is that of the attempt, and not what settling says afterwards', async () => {
    const { saga } = sagaWith({
      [`apply ${FIRST}`]: failing,
      [`settle ${FIRST}`]: sealed,
      [`settle ${SECOND}`]: sealed,
    });
    await saga.forward();
    await saga.abort(DEADLINE);
    expect(saga.cause).toMatchObject({ ...FAILURE, service: 'identity', step: FIRST });
    expect(saga.stepOutcomes[0]!.problem).toBe('unavailable');
  });

  it('is the refusal that a settle brings to light, and not that it could not be asked', async () => {
    const failure = { ...FAILURE, status: 409, code: 'email-taken' };
    const asked = sagaWith({ [`settle ${SECOND}`]: sealed, [`settle ${FIRST}`]: { ...refused, failure } });
    await asked.saga.abort(DEADLINE);
    expect(asked.saga.cause).toMatchObject({ status: 409, step: FIRST });
    const away = sagaWith({ [`settle ${SECOND}`]: failing });
    await away.saga.abort(DEADLINE);
    expect(away.saga.cause).toBeNull();
  });

  it('is not that its calls were held back', async () => {
    const { saga } = sagaWith({ [`apply ${FIRST}`]: unknown });
    await saga.forward();
    expect(saga.cause).toBeNull();
  });
});

describe('what an operator has carried out again', () => {
  it('closes an undo that may be under way before anything is built on its step', async () => {
    const reopened = { state: 'applied' as const, reopened: true };
    const { saga, calls } = sagaWith({ [`settle undo of ${FIRST}`]: sealed }, TWO, reopened);
    expect(await saga.forward()).toMatchObject({ type: 'succeeded' });
    expect(calls.slice(0, 2)).toEqual([`settle undo of ${FIRST}`, `apply ${FIRST}`]);
    expect(saga.stepOutcomes[0]).toMatchObject({ state: 'applied', undoGeneration: 2 });
    expect(saga.stepOutcomes[0]).not.toHaveProperty('generation');
  });

  it('sends a step under a new key that turns out to be undone', async () => {
    const { saga } = sagaWith({}, TWO, { state: 'applied', reopened: true });
    expect(await saga.forward()).toMatchObject({ type: 'succeeded' });
    expect(saga.stepOutcomes[0]).toMatchObject({ state: 'applied', generation: 2 });
  });

  it('waits until the undo can be asked for', async () => {
    const { saga, calls } = sagaWith({ [`settle undo of ${FIRST}`]: failing }, TWO, { reopened: true });
    expect(await saga.forward()).toMatchObject({ type: 'retry' });
    expect(calls).toEqual([`settle undo of ${FIRST}`]);
    expect(saga.stepOutcomes[0]).toMatchObject({ reopened: true });
  });

  const GIVEN_UP = { [`settle ${SECOND}`]: sealed };

  it('is given up under the keys of now: what an earlier run sent anew is taken back', async () => {
    const { saga, calls } = sagaWith(
      { ...GIVEN_UP, [`settle undo of ${SECOND}`]: sealed },
      ...[TWO, { state: 'applied' as const, reopened: true }],
    );
    expect(await saga.abort(DEADLINE)).toEqual({ type: 'failed', problem: DEADLINE.problem });
    const ofFirst = calls.filter((call) => call.includes(FIRST));
    expect(ofFirst).toEqual([`settle undo of ${FIRST}`, `settle ${FIRST}~2`, `undo ${FIRST}~2`]);
    expect(statesOf(saga)).toEqual(['undone', 'sealed']);
  });

  it('is given up with another undo than the one that an earlier run has closed', async () => {
    const { saga } = sagaWith(
      { ...GIVEN_UP, [`settle undo of ${FIRST}`]: sealed, [`settle undo of ${SECOND}`]: sealed },
      ...[TWO, { state: 'applied' as const, reopened: true }],
    );
    expect(await saga.abort(DEADLINE)).toEqual({ type: 'failed', problem: DEADLINE.problem });
    expect(saga.stepOutcomes[0]).toMatchObject({ state: 'undone', undoGeneration: 2 });
  });

  it('is not given up before an undo of it can be asked for', async () => {
    const { saga, calls } = sagaWith({ [`settle undo of ${SECOND}`]: failing }, TWO, { reopened: true });
    expect(await saga.abort(DEADLINE)).toMatchObject({ type: 'retry' });
    expect(calls).toEqual([`settle undo of ${SECOND}`]);
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

  it('is rejected where its actor may no longer, unless it has succeeded after all', async () => {
    const noLonger = { type: 'no-longer' as const, problem: problemBody('forbidden') };
    const closed = sagaWith({ [`settle ${SECOND}`]: sealed, [`settle ${FIRST}`]: sealed });
    expect(await closed.saga.abort(noLonger)).toEqual({ type: 'rejected', problem: noLonger.problem });
    expect(await sagaWith({}).saga.abort(noLonger)).toMatchObject({ type: 'succeeded' });
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
