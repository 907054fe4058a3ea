import type { ConfirmedState, Role, OperationDeclaration } from '@turnpike/protocol';
import type { SecurityEvent } from '@turnpike/service';
import type { Change } from '../audit/audit-entries.js';
import type { OperationFacts } from '../ledger/statements/admit.js';
import type { Answers } from './outcome.js';
import type { Plan } from './plan.js';

/** What there is to know of the operations of one kind: what is declared, and what an application adds for its own. */
export interface OperationDefinition<Kind extends string = string>
  extends OperationDeclaration<Kind>, Partial<Omit<OperationFacts, 'effect'>> {
  /** Where its steps depend on what it holds; left out, they are those that are declared. */
  plan?: Plan;
  /** Of what follows the user: integrity runs and recovery ask for it, to make the services agree. */
  mends?: boolean;
  /** Members of its result that the audit trail has before and after it. */
  audits?: readonly string[];
  /** What the security log is told of its ends. */
  tells?: { success?: SecurityEvent; failure?: SecurityEvent };
  /** It changes what somebody may: the security log is told of its acceptance, with the roles that it says. */
  changesRights?: boolean;
  /** @returns the roles that the user of the lane has not any more once it is accepted */
  takesRoles?: (payload: Readonly<Record<string, unknown>>) => readonly Role[];
  /** Whether operators may have it carried out once more after it failed; left out, those who act on lanes. */
  repeatedBy?: 'nobody' | 'administrators';
}

/** What a successful operation leaves to be written down. */
export interface OperationEnd {
  /** The resource as the write left it, or null where there is none. */
  result: Record<string, unknown> | null;
  /** The instant from which it voids sessions, on the clock that stamps their tokens. */
  voidsSessionsBefore: string | undefined;
  /** How the owner of the users had the user at this operation's turn; undefined where it was not asked. */
  confirmed: ConfirmedState | undefined;
  change: Change;
}

/** What the answers of steps say of the user whose lane it is. */
export type SubjectEnd = (answers: Answers) => Pick<OperationEnd, 'voidsSessionsBefore' | 'confirmed'>;

/** @returns the status that a synchronous interface would give for a success */
export function successStatusOf({ creates, result }: OperationDefinition): number {
  if (creates) return 201;
  return result ? 200 : 204;
}

/** @returns whether somebody may ask for it who is not signed in: the answer has a token by which the operation is read */
export function isAnonymous({ allow }: OperationDefinition): boolean {
  return allow?.includes('anyone') ?? false;
}

/** @returns what a success leaves, made of the answers of its steps */
export function endOf(
  { plan, steps, audits }: OperationDefinition,
  answers: Answers,
  subjectEnd: SubjectEnd,
): OperationEnd {
  const result = plan ? plan.result(answers) : resourceIn(answers[steps.at(-1) ?? '']);
  return { result, ...subjectEnd(answers), change: changeOf(audits, result, answers) };
}

/** @returns a step's answer without what it says of the time before, which is for the audit trail alone */
export function resourceIn(answer: Answers[string] | undefined): Record<string, unknown> | null {
  if (!answer) return null;
  const { before: _before, ...rest } = answer;
  return rest;
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
