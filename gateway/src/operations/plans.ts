import type { ConfirmedState, Erasure } from '@turnpike/protocol';
import { type StepName, USER_CONFIRMED } from '@turnpike/contracts';
import { type Answers, copySteps, followSaga, type Plan, sagaOf } from '@turnpike/engine';

/** @returns the plan of a write that is one step, whose answer is the resource */
export function singleStep(step: StepName): Plan {
  return { steps: () => [step], result: (answers) => resource(answers[step]) };
}

export const register: Plan = {
  steps: (_, relations) => sagaOf('register', relations),
  result: (answers) => resource(answers['identity.register']),
};

/** A change of names reaches every copy; a change of address frees the old one when all else is done. */
export const update: Plan = {
  steps: ({ email, firstName, lastName }, relations) => {
    const copies = copySteps(relations);
    const renamed = firstName !== undefined || lastName !== undefined;
    return sagaOf('update', relations).filter((step) => {
      if (step === 'identity.release-email') return email !== undefined;
      return !copies.has(step) || renamed;
    });
  },
  result: (answers) => resource(answers['identity.update']),
};

export const remove: Plan = { steps: (_, relations) => sagaOf('delete', relations), result: () => null };

/** Says what stays cancelled. */
export const restore: Plan = {
  steps: (_, relations) => sagaOf('restore', relations),
  result: (answers) => {
    const user = resource(answers['identity.restore']);
    const staysCancelled = answers['ordering.restore-customer']?.['staysCancelled'] ?? [];
    return user && { ...user, staysCancelled };
  },
};

/** The erasure receipt: what was done to each relation, and to the user. */
export const purge: Plan = {
  steps: (_, relations) => sagaOf('purge', relations),
  result: (answers) => ({ erasures: Object.values(answers).flatMap(erasuresOf) }),
};

export const follow: Plan = {
  steps: (_, relations) => followSaga(relations),
  result: (answers) => ({ state: confirmedState(answers), ...erasuresIn(answers) }),
};

/** Where nobody is left to be followed the services have erased what was. */
function erasuresIn(answers: Answers): { erasures?: Erasure[] } {
  if (confirmedState(answers) !== 'absent') return {};
  return { erasures: Object.values(answers).flatMap(erasuresOf) };
}

function erasuresOf(answer: Answers[string]): Erasure[] {
  return (answer['erasures'] as Erasure[] | undefined) ?? [];
}

/** @returns the instant from which a deletion voids sessions, on identity's clock, which stamps its tokens */
export function deletedAt(answers: Answers): string | undefined {
  const answer = answers['identity.delete'] ?? answers[USER_CONFIRMED];
  const at = answer?.['sessionsEndedAt'] ?? answer?.['deletedAt'];
  return typeof at === 'string' ? at : undefined;
}

/** @returns how identity had the user at this operation's turn, or undefined where it was not asked */
export function confirmedState(answers: Answers): ConfirmedState | undefined {
  return answers[USER_CONFIRMED]?.['state'] as ConfirmedState | undefined;
}

/** What a step says of the time before it is for the audit trail alone. */
function resource(answer: Answers[string] | undefined): Record<string, unknown> | null {
  if (!answer) return null;
  const { before: _before, ...rest } = answer;
  return rest;
}
