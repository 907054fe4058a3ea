import type { StepDeclaration } from '@turnpike/protocol';
import { ConfigurationError } from '@turnpike/service';
import { deadEndIn } from './finality.js';
import { additionsTo, planOf } from './related-steps.js';
import { complaintsAboutWays } from './table-graph.js';
import { type Relation, serviceOf, stepOfRule, SUBJECT_EVENTS, type SubjectEvent } from './relations.js';

/*
 * The steps of what happens to a user, computed from the relations that refer to one.
 *
 * First what can refuse and be taken back, then what can only be taken back, then the decision: the one step that may
 * refuse and is final. Last what is final and never refuses. So a refusal meets nothing that is final, whatever is given
 * up before the decision can be undone, and after it there is no way but forward.
 */

/** The users of the lanes, to whom all writes belong and most relations refer. */
export interface Subject {
  /** The type of resource that they are. */
  type: string;
  /** The service that has them. */
  service: string;
  /** Their table, as receipts and findings call it. */
  table: string;
  /** The steps at the user itself. */
  steps: Readonly<Record<SubjectEvent, readonly string[]>>;
  /** The step that reads the user at its turn in the lane; what follows makes the other services agree with it. */
  confirm: string;
  /** The kinds that follow changes which began at the services, by the types of their events. */
  follows: Readonly<Record<string, string>>;
}

/** What is known of steps, relations and users when a plan is made. */
export interface Declarations {
  readonly subject: Subject;
  readonly relations: readonly Relation[];
  /** @throws where no service has that step */
  step(name: string): StepDeclaration;
}

/** @returns the steps that this event needs, each once, in the order in which they are carried out */
export function sagaOf(event: SubjectEvent, declared: Declarations): string[] {
  const own = declared.subject.steps[event];
  const additions = additionsTo(own, { occasion: event, isEvent: true }, declared.relations);
  return planOf(own, additions, (step) => declared.step(step));
}

/** @returns the steps of an operation of that kind: its own, and those by which rows that refer to its resource follow it */
export function withRelated(kind: string, own: readonly string[], declared: Declarations): readonly string[] {
  const additions = additionsTo(own, { occasion: kind, isEvent: false }, declared.relations);
  return planOf(own, additions, (step) => declared.step(step));
}

/** @returns the steps that make every service agree with the user as the subject's service has one at that moment */
export function followSaga({ subject, relations }: Declarations): string[] {
  return [...new Set([subject.confirm, ...relations.flatMap(({ follow }) => follow ?? [])])];
}

/** @returns the steps by which rows get the new name */
export function copySteps(relations: readonly Relation[]): ReadonlySet<string> {
  const rules = relations.flatMap(({ register, update }) => [register, update]);
  return new Set(rules.flatMap((rule) => (rule.kind === 'copy' ? [rule.step] : [])));
}

/**
 * Holds the declarations to what can be carried out.
 * @throws ConfigurationError that names the relation and what is missing; the process must not start
 */
export function assertCarriedOut(declared: Declarations): void {
  for (const relation of declared.relations) {
    for (const [occasion, step] of stepsOf(relation))
      if (step !== null) assertIsStepOf(relation, occasion, step, declared);
    const [complaint] = complaintsAboutWays(relation, declared.relations, declared.subject.table);
    if (complaint) throw new ConfigurationError(`The relation ${relation.name}`, `${complaint}.`);
  }
  for (const event of SUBJECT_EVENTS)
    assertHasWayOut(`The plan of ${event}`, sagaOf(event, declared), declared);
}

/** By what each is carried out on. */
function stepsOf(relation: Relation): (readonly [string, string | null])[] {
  return [
    ...SUBJECT_EVENTS.map((event) => [event, stepOfRule(relation[event])] as const),
    ...Object.entries(relation.on ?? {}).map(([occasion, rule]) => [occasion, stepOfRule(rule)] as const),
    ['repair', relation.follow ?? null],
  ];
}

function assertIsStepOf(
  { name, service }: Relation,
  event: string,
  step: string,
  declared: Declarations,
): void {
  if (serviceOf(declared.step(step).name) === service) return;
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
export function assertHasWayOut(
  plan: string,
  steps: readonly string[],
  declared: Pick<Declarations, 'step'>,
): void {
  const deadEnd = deadEndIn(steps.map((step) => declared.step(step)));
  if (!deadEnd) return;
  throw new ConfigurationError(
    plan,
    `has ${deadEnd.refusing.name}, which may be refused, behind ${deadEnd.final.name}, which cannot be undone.`,
  );
}
