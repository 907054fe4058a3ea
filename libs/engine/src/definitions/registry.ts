import { type OperationKind, type Relation, type StepName, STEPS } from '@turnpike/contracts';
import type { Change } from '../audit/audit-entries.js';
import type { NewOperation, OperationFacts } from '../ledger/statements/admit.js';
import type { FollowOn } from '../ledger/statements/complete.js';
import { derivedId, inputFrom, type Succeeded } from './follow-ons.js';
import type { OperationDefinition, OperationEnd, SubjectEnd } from './operation.js';
import type { Answers } from './outcome.js';
import type { Call } from './plan.js';

/** What an application says of its operations. */
export interface Definitions {
  /** Every kind; the compiler refuses one without a definition. */
  operations: Readonly<Record<OperationKind, OperationDefinition>>;
  /** @returns how that step is sent */
  callOf: (step: StepName) => Call;
  subjectEnd: SubjectEnd;
}

/** The operations that the application has: their steps, and what is made of the answers. */
export class OperationRegistry {
  constructor(private readonly definitions: Definitions) {}

  of(kind: OperationKind): OperationDefinition {
    return this.definitions.operations[kind];
  }

  /** @returns what the ledger has to know of operations of that kind */
  factsOf(kind: OperationKind): OperationFacts {
    const { effect = 'writes', beside, changesRoles, reportsDeletion, endsAccess } = this.of(kind);
    return { effect, beside, changesRoles, reportsDeletion, endsAccess };
  }

  /** @returns the kind that erases a user for ever */
  get purge(): OperationKind {
    return this.theOne(({ effect }) => effect === 'ends');
  }

  /** @returns the kind that makes the services agree with a user */
  get repair(): OperationKind {
    return this.theOne(({ mends }) => mends === true);
  }

  /** @returns the steps of an operation of that kind, as the ledger writes them down */
  stepsOf(
    kind: OperationKind,
    payload: Record<string, unknown>,
    relations: readonly Relation[],
  ): NewOperation['steps'] {
    const names = this.of(kind).plan.steps(payload, relations);
    return names.map((name) => ({ name, service: STEPS[name].service }));
  }

  /** @returns whether an operation of that kind makes its target: a resource whose later writes go to the same lane */
  creates(kind: OperationKind): boolean {
    const { creates } = this.of(kind);
    return creates !== undefined && !creates.isSubject;
  }

  /** @returns what follows that operation, as the ledger appends it to the lane */
  followOnsOf(succeeded: Succeeded, relations: readonly Relation[]): FollowOn[] {
    const { kind, id, target } = succeeded.operation;
    const followers = Object.values(this.definitions.operations).filter(({ after }) => after === kind);
    return followers.map(({ kind, creates, input = {} }) => {
      const payload = inputFrom(succeeded, input);
      return {
        ...{ id: derivedId(id, kind), kind, payload, steps: this.stepsOf(kind, payload, relations) },
        target: creates ? { type: creates.type, id: derivedId(id, `target of ${kind}`) } : target,
        creates: this.creates(kind),
      };
    });
  }

  /** @returns how that step is sent */
  callOf(step: StepName): Call {
    return this.definitions.callOf(step);
  }

  /** @returns what a success leaves, made of the answers of its steps */
  endOf(kind: OperationKind, answers: Answers): OperationEnd {
    const { plan, audits } = this.of(kind);
    const result = plan.result(answers);
    return { result, ...this.definitions.subjectEnd(answers), change: changeOf(audits, result, answers) };
  }

  /** The application has exactly one. */
  private theOne(isIt: (definition: OperationDefinition) => boolean): OperationKind {
    return Object.values(this.definitions.operations).find(isIt)!.kind;
  }
}

/** @returns those members of the result before and after the operation */
function changeOf(
  audits: readonly string[] | undefined,
  result: Record<string, unknown> | null,
  answers: Answers,
): Change {
  if (!audits) return { before: null, after: null };
  const before = Object.values(answers).find((answer) => answer['before'])?.['before'];
  return { before: (before as Change['before']) ?? null, after: pick(result, audits) };
}

function pick(result: Record<string, unknown> | null, names: readonly string[]): Change['after'] {
  const entries = Object.entries(result ?? {}).filter(([name]) => names.includes(name));
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}
