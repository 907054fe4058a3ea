import type { ConfirmedState } from '@turnpike/protocol';
import type { OperationKind } from '@turnpike/contracts';
import type { SecurityEvent } from '@turnpike/service';
import type { Change } from '../audit/audit-entries.js';
import type { OperationFacts } from '../ledger/statements/admit.js';
import type { Answers } from './outcome.js';
import type { Plan } from './plan.js';

/** Something that has an address, and whose writes go to one lane. */
export interface ResourceDefinition {
  type: string;
  /** Below which each is read by its id. */
  path: string;
  /** It is the user of the lane: its id is the lane's. */
  isSubject?: boolean;
}

/** What there is to know of the operations of one kind; its effect is `writes` if left out. */
export interface OperationDefinition extends Partial<OperationFacts> {
  kind: OperationKind;
  plan: Plan;
  /** What it makes: its success is 201, with the address of that. */
  creates?: ResourceDefinition;
  /** Nothing is left to be shown: its success is 204. */
  leavesNothing?: boolean;
  /** Nobody is signed in who asks for it: the answer has a token by which the operation is read. */
  isAnonymous?: boolean;
  /** Of what follows the user: integrity runs and recovery ask for it, to make the services agree. */
  mends?: boolean;
  /** The kind after whose success it follows by itself, at the end of the lane. */
  after?: OperationKind;
  /** Of what follows: where its members are taken from, by JSON pointers into what has succeeded. */
  input?: Readonly<Record<string, string>>;
  /** Members of its result that the audit trail has before and after it. */
  audits?: readonly string[];
  /** What the security log is told of its ends. */
  tells?: { success?: SecurityEvent; failure?: SecurityEvent };
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
export function successStatusOf({ creates, leavesNothing }: OperationDefinition): number {
  if (creates) return 201;
  return leavesNothing ? 204 : 200;
}
