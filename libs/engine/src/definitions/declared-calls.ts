import type { DeclaredStepBody, Manifest, OperationDeclaration } from '@turnpike/protocol';
import { memberOf, valueAt } from '@turnpike/service';
import type { Declarations } from './lifecycle-sagas.js';
import type { Answers } from './outcome.js';
import type { Call, PlannedOperation } from './plan.js';
import { sourceOf } from './related-steps.js';
import { type Relation, serviceOf } from './relations.js';

/*
 * How the steps of a manifest are sent. A service is told what its own operations hold; of those of others, in which its
 * relations take part, it is told which they are and what its copies need: what a user wrote to one service is none of
 * another's business.
 */

/** What is known where such a step is sent. */
export interface Sending extends Declarations {
  readonly manifests: readonly Manifest[];
  of(kind: string): Pick<OperationDeclaration, 'steps'>;
}

/** @returns how that step of a manifest is sent */
export function declaredCall(step: string, declared: Sending): Call {
  const service = serviceOf(step);
  const own = declared.manifests.find((manifest) => manifest.service === service)?.operations ?? [];
  const users = own.filter(({ steps }) => steps.includes(step));
  return {
    body: (operation, answers): DeclaredStepBody => ({
      operation: identityOf(operation),
      input: users.some(({ kind }) => kind === operation.kind)
        ? operation.payload
        : inputOfRelations({ step, kind: operation.kind, answers }, declared),
      answers: answersOf(service, answers),
    }),
    checksVersion: users.some(({ ifMatch }) => ifMatch === true),
  };
}

function identityOf({
  payload: _payload,
  register: _register,
  ...identity
}: PlannedOperation): DeclaredStepBody['operation'] {
  return identity;
}

function answersOf(service: string, answers: Answers): DeclaredStepBody['answers'] {
  return Object.fromEntries(Object.entries(answers).filter(([step]) => serviceOf(step) === service));
}

/** A step that relations have added to an operation of that kind. */
interface Related {
  step: string;
  kind: string;
  /** Of the steps before it. */
  answers: Answers;
}

/** What the rules of relations need: how the user is where rows follow one, and that of which they hold copies. */
function inputOfRelations(related: Related, declared: Sending): Record<string, unknown> {
  const { subject, relations } = declared;
  const user = related.answers[subject.confirm];
  if (user && relations.some(({ follow }) => follow === related.step)) return followed(user);
  const copies = relations.flatMap((relation) => [
    ...copiesOfUser(relation, related, subject),
    ...copiesOfOthers(relation, related, declared),
  ]);
  return Object.assign({}, ...copies) as Record<string, unknown>;
}

function followed(user: Answers[string]): Record<string, unknown> {
  const { state } = user;
  return state === 'absent' ? { state } : { state, name: nameOf(user) };
}

/** Of the user as a registration or a change has left one. */
function copiesOfUser(
  { register, update, copies = { name: 'name' } }: Relation,
  { step, answers }: Related,
  { steps }: Declarations['subject'],
): object[] {
  if (![register, update].some((rule) => rule.kind === 'copy' && rule.step === step)) return [];
  const changing = [...steps.register, ...steps.update].find((name) => answers[name]);
  const user = changing === undefined ? undefined : answers[changing];
  return user ? [copiesOf(copies, { ...user, name: nameOf(user) })] : [];
}

/** Of what the operation, or a step of it, has written. */
function copiesOfOthers(relation: Relation, { step, kind, answers }: Related, declared: Sending): object[] {
  const { on = {}, copies = {} } = relation;
  return Object.entries(on).flatMap(([occasion, rule]) => {
    if (rule.kind !== 'copy' || rule.step !== step) return [];
    const source = occasion === kind ? writerIn(kind, relation, declared) : occasion;
    const answer = source === undefined ? undefined : answers[source];
    return answer ? [copiesOf(copies, answer)] : [];
  });
}

function writerIn(kind: string, relation: Relation, declared: Sending): string | undefined {
  const occasion = { occasion: kind, isEvent: false };
  return sourceOf(relation, occasion, declared.of(kind).steps, declared.relations);
}

/** @param copies members, or pointers into the answer, by the names of the columns */
function copiesOf(copies: Readonly<Record<string, string>>, answer: Answers[string]): object {
  const entries = Object.entries(copies);
  return Object.fromEntries(entries.map(([column, member]) => [column, valueIn(answer, member)]));
}

/** @returns what an answer has under a name, or where a JSON pointer points */
export function valueIn(answer: Answers[string], member: string): unknown {
  return member.startsWith('/') ? valueAt(answer, member) : memberOf(answer, member);
}

/** @returns the name of a user as copies have it */
export function nameOf(user: Answers[string]): string {
  return `${String(user['firstName'])} ${String(user['lastName'])}`;
}
