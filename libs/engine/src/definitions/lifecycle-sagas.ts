import { RELATION_EVENTS, type RelationEvent } from '@turnpike/protocol';
import { type Relation, type StepName, STEPS, USER_CONFIRMED, USER_STEPS } from '@turnpike/contracts';
import { ConfigurationError } from '@turnpike/service';

/*
 * The steps of what happens to a user, computed from the relations that refer to one.
 *
 * First what can refuse and be taken back, then what can only be taken back, then the decision: the one step that may
 * refuse and is final. Last what is final and never refuses. So a refusal meets nothing that is final, whatever is given
 * up before the decision can be undone, and after it there is no way but forward.
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
  for (const event of RELATION_EVENTS) assertHasWayOut(`The plan of ${event}`, sagaOf(event, relations));
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

/**
 * Holds a plan to what can be carried out: no step may refuse once a final one is in force, since what is final can be
 * neither taken back nor, then, completed, and its lane would halt.
 * @param plan what to call it
 * @throws ConfigurationError that names the plan and both steps; the process must not start
 */
export function assertHasWayOut(plan: string, steps: readonly StepName[]): void {
  const final = steps.findIndex((step) => !STEPS[step].undo);
  if (final === -1) return;
  const refusing = steps.slice(final + 1).find((step) => STEPS[step].refuses);
  if (refusing === undefined) return;
  throw new ConfigurationError(
    plan,
    `has ${refusing}, which may be refused, behind ${steps[final]}, which cannot be undone.`,
  );
}

function stepOf(relation: Relation, event: RelationEvent): StepName | null {
  const rule = relation[event];
  return rule.kind === 'retain' ? null : rule.step;
}

function finality(step: StepName): number {
  const { refuses, undo } = STEPS[step];
  if (undo) return refuses ? 0 : 1;
  return refuses ? 2 : 3;
}
