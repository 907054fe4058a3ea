import type { ConfirmedState, Erasure } from '@turnpike/protocol';
import { USER_CONFIRMED } from '@turnpike/contracts';
import { type Answers, copySteps, followSaga, type Plan, resourceIn, sagaOf } from '@turnpike/engine';

export const register: Plan = {
  steps: (_, declared) => sagaOf('register', declared),
  result: (answers) => resourceIn(answers['identity.register']),
};

/** A change of names reaches every copy; a change of address frees the old one when all else is done. */
export const update: Plan = {
  steps: ({ email, firstName, lastName }, declared) => {
    const copies = copySteps(declared.relations);
    const renamed = firstName !== undefined || lastName !== undefined;
    return sagaOf('update', declared).filter((step) => {
      if (step === 'identity.release-email') return email !== undefined;
      return !copies.has(step) || renamed;
    });
  },
  result: (answers) => resourceIn(answers['identity.update']),
};

export const remove: Plan = { steps: (_, declared) => sagaOf('delete', declared), result: () => null };

/** Says what stays cancelled. */
export const restore: Plan = {
  steps: (_, declared) => sagaOf('restore', declared),
  result: (answers) => {
    const user = resourceIn(answers['identity.restore']);
    const staysCancelled = answers['ordering.restore-customer']?.['staysCancelled'] ?? [];
    return user && { ...user, staysCancelled };
  },
};

/** The erasure receipt: what was done to each relation, and to the user. */
export const purge: Plan = {
  steps: (_, declared) => sagaOf('purge', declared),
  result: (answers) => ({ erasures: Object.values(answers).flatMap(erasuresOf) }),
};

export const follow: Plan = {
  steps: (_, declared) => followSaga(declared),
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
