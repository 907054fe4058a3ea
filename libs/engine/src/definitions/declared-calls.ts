import type { DeclaredStepBody, Manifest } from '@turnpike/protocol';
import type { Declarations } from './lifecycle-sagas.js';
import type { Answers } from './outcome.js';
import type { Call, PlannedOperation } from './plan.js';
import { serviceOf } from './relations.js';

/*
 * How the steps of a manifest are sent. A service is told what its own operations hold; of those of others, in which its
 * relations take part, it is told which they are and what its copies need: what a user wrote to one service is none of
 * another's business.
 */

/** What is known where such a step is sent. */
export interface Sending extends Declarations {
  readonly manifests: readonly Manifest[];
}

/** @returns how that step of a manifest is sent */
export function declaredCall(step: string, declared: Sending): Call {
  const service = serviceOf(step);
  const own = declared.manifests.find((manifest) => manifest.service === service)?.operations ?? [];
  return {
    body: (operation, answers): DeclaredStepBody => ({
      operation: identityOf(operation),
      input: own.some(({ kind }) => kind === operation.kind)
        ? operation.payload
        : inputOfRelation(step, declared, answers),
      answers: answersOf(service, answers),
    }),
    checksVersion: own.some(({ ifMatch, steps }) => ifMatch === true && steps.includes(step)),
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

/** What the rule of a relation needs: how the user is where rows follow one, the columns of which they hold copies. */
function inputOfRelation(
  step: string,
  { relations, subject }: Sending,
  answers: Answers,
): Record<string, unknown> {
  const user = answers[subject.confirm];
  if (user && relations.some(({ follow }) => follow === step)) return followed(user);
  const copying = relations.find(({ register, update }) =>
    [register, update].some((rule) => rule.kind === 'copy' && rule.step === step),
  );
  return copying ? copiesOf(copying.copies, changedUser(subject.steps, answers)) : {};
}

/** The user as a registration or a change has left one. */
function changedUser(
  { register, update }: Declarations['subject']['steps'],
  answers: Answers,
): Answers[string] {
  const step = [...register, ...update].find((name) => answers[name]);
  return (step && answers[step]) || {};
}

function followed(user: Answers[string]): Record<string, unknown> {
  const { state } = user;
  return state === 'absent' ? { state } : { state, name: nameOf(user) };
}

function copiesOf(
  copies: Readonly<Record<string, string>> | undefined,
  user: Answers[string],
): Record<string, unknown> {
  if (!copies) return { name: nameOf(user) };
  return Object.fromEntries(Object.entries(copies).map(([column, member]) => [column, user[member]]));
}

/** @returns the name of a user as copies have it */
export function nameOf(user: Answers[string]): string {
  return `${String(user['firstName'])} ${String(user['lastName'])}`;
}
