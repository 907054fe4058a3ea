import {
  type ConfirmedState,
  type Erasure,
  type OperationKind,
  type Relation,
  type StepName,
  STEPS,
  USER_CONFIRMED,
} from '@turnpike/contracts';
import {
  type Answers,
  type Change,
  copySteps,
  followSaga,
  type OperationEnd,
  OperationRegistry,
  type Plan,
  type PlannedStep,
  sagaOf,
} from '@turnpike/engine';
import { callOf } from './step-requests.js';

/** @returns the plan of a write that is one step, whose answer is the resource */
function singleStep(step: StepName): Plan {
  return { steps: () => [step], result: (answers) => resource(answers[step]) };
}

const register: Plan = {
  steps: (_, relations) => sagaOf('register', relations),
  result: (answers) => resource(answers['identity.register']),
};

/** A change of names reaches every copy; a change of address frees the old one when all else is done. */
const update: Plan = {
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

const remove: Plan = { steps: (_, relations) => sagaOf('delete', relations), result: () => null };

/** Says what stays cancelled. */
const restore: Plan = {
  steps: (_, relations) => sagaOf('restore', relations),
  result: (answers) => {
    const user = resource(answers['identity.restore']);
    const staysCancelled = answers['ordering.restore-customer']?.['staysCancelled'] ?? [];
    return user && { ...user, staysCancelled };
  },
};

/** The erasure receipt: what was done to each relation, and to the user. */
const purge: Plan = {
  steps: (_, relations) => sagaOf('purge', relations),
  result: (answers) => ({ erasures: Object.values(answers).flatMap(erasuresOf) }),
};

const follow: Plan = {
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

/** Every kind of operation and the way in which it is carried out; the compiler refuses a kind without one. */
export const PLANS: Readonly<Record<OperationKind, Plan>> = {
  'user.register': register,
  'user.update': update,
  'user.change-password': singleStep('identity.change-password'),
  'user.set-roles': singleStep('identity.set-roles'),
  'user.set-claims': singleStep('identity.set-claims'),
  'user.delete': remove,
  'user.restore': restore,
  'user.purge': purge,
  'customer.update': singleStep('ordering.update-customer'),
  'order.place': singleStep('ordering.place'),
  'order.change': singleStep('ordering.change'),
  'order.pay': singleStep('ordering.pay'),
  'order.cancel': singleStep('ordering.cancel'),
  'order.ship': singleStep('ordering.ship'),
  'order.deliver': singleStep('ordering.deliver'),
  'invoice.issue': singleStep('billing.issue-invoice'),
  'invoice.void': singleStep('billing.void-invoice'),
  'event.user-deleted': follow,
  'event.user-updated': follow,
  'repair.user': follow,
};

/**
 * @param relations those of the services that take part
 * @returns the steps of an operation of that kind, as the ledger writes them down
 */
export function stepsOf(
  kind: OperationKind,
  payload: Record<string, unknown>,
  relations: readonly Relation[],
): PlannedStep[] {
  return PLANS[kind].steps(payload, relations).map((name) => ({ name, service: STEPS[name].service }));
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

/** What the audit trail tells of a user, as far as somebody can still want it erased. */
const AUDITED = ['email', 'firstName', 'lastName', 'phone', 'deliveryAddress'];

/** @returns names and addresses before and after the operation, where it is one about them */
export function changeOf(kind: OperationKind, answers: Answers): Change {
  if (!['user.register', 'user.update', 'customer.update'].includes(kind))
    return { before: null, after: null };
  const before = Object.values(answers).find((answer) => answer['before'])?.['before'];
  return { before: (before as Change['before']) ?? null, after: pick(PLANS[kind].result(answers)) };
}

function pick(resource: Record<string, unknown> | null): Change['after'] {
  const entries = Object.entries(resource ?? {}).filter(([name]) => AUDITED.includes(name));
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

/** What a step says of the time before it is for the audit trail alone. */
function resource(answer: Answers[string] | undefined): Record<string, unknown> | null {
  if (!answer) return null;
  const { before: _before, ...rest } = answer;
  return rest;
}

/** The operations of this shop. */
export class ShopOperations extends OperationRegistry {
  stepsOf = stepsOf;
  callOf = callOf;

  creates(kind: OperationKind): boolean {
    return kind === 'order.place';
  }

  endOf(kind: OperationKind, answers: Answers): OperationEnd {
    return {
      result: PLANS[kind].result(answers),
      voidsSessionsBefore: deletedAt(answers),
      confirmed: confirmedState(answers),
      change: changeOf(kind, answers),
    };
  }
}
