import {
  RELATION_EVENTS,
  type Relation,
  type RelationEvent,
  type StepName,
  STEPS,
  USER_CONFIRMED,
  USER_STEPS,
} from '@turnpike/contracts';
import { ConfigurationError } from '@turnpike/service';

/*
 * The steps of what happens to a user, computed from the relations that refer to one.
 *
 * First what can refuse and be taken back, then what can only be taken back, last what cannot: so a refusal meets
 * nothing that is final, and whatever is given up half-way can be undone. Where everything is final (a purge)
 * the user goes last, because the user is what the other rows are found by.
 */

/** @returns the steps that this event needs, each once, in the order in which they are carried out */
export function sagaOf(event: RelationEvent, relations: readonly Relation[]): StepName[] {
  const own = USER_STEPS[event];
  const steps = [
    ...own.filter((step) => STEPS[step].undo),
    ...relations.flatMap((relation) => stepOf(relation, event) ?? []),
    ...own.filter((step) => !STEPS[step].undo),
  ];
  return [...new Set(steps)].sort((a, b) => finality(a) - finality(b));
}

/** @returns the steps that make every service agree with the user as identity has one at that moment */
export function followSaga(relations: readonly Relation[]): StepName[] {
  return [...new Set([USER_CONFIRMED, ...relations.map(({ follow }) => follow)])];
}

/** @returns the steps by which rows get the new name */
export function copySteps(relations: readonly Relation[]): ReadonlySet<StepName> {
  const rules = relations.flatMap(({ register, update }) => [register, update]);
  return new Set(rules.flatMap((rule) => (rule.kind === 'copy' ? [rule.step] : [])));
}

/**
 * Holds the declarations to what can be carried out.
 * @throws ConfigurationError that names the relation and what is missing; the process must not start
 */
export function assertCarriedOut(relations: readonly Relation[]): void {
  for (const relation of relations) {
    RELATION_EVENTS.forEach((event) => assertHasStep(relation, event));
    assertIsStepOf(relation, 'repair', relation.follow);
  }
  for (const event of RELATION_EVENTS) assertCanBeGivenUp(event, sagaOf(event, relations));
}

function assertHasStep(relation: Relation, event: RelationEvent): void {
  const rule = relation[event] as Relation[RelationEvent] | undefined;
  if (!rule)
    throw new ConfigurationError(
      `The relation ${relation.name}`,
      `does not say what becomes of it on ${event}.`,
    );
  if (rule.kind !== 'retain') assertIsStepOf(relation, event, rule.step);
}

function assertIsStepOf({ name, service }: Relation, event: string, step: string | undefined): void {
  const declared = (STEPS as Readonly<Record<string, { service: string }>>)[String(step)];
  if (declared?.service === service) return;
  throw new ConfigurationError(
    `The relation ${name}`,
    `has no step of ${service} that carries it out on ${event}: ${step}.`,
  );
}

/** A purge is never given up; everything else has to be able to, until its last step. */
function assertCanBeGivenUp(event: RelationEvent, steps: readonly StepName[]): void {
  if (event === 'purge') return;
  const final = steps.slice(0, -1).find((step) => !STEPS[step].undo);
  if (final)
    throw new ConfigurationError(
      final,
      `cannot be undone, and so cannot come before the last step on ${event}.`,
    );
}

function stepOf(relation: Relation, event: RelationEvent): StepName | null {
  const rule = relation[event];
  return rule.kind === 'retain' ? null : rule.step;
}

function finality(step: StepName): number {
  const { refuses, undo } = STEPS[step];
  if (!undo) return 2;
  return refuses ? 0 : 1;
}
