import type { Effect, RelationCount, RelationRule } from '@turnpike/protocol';
import type { StepOutcome } from '../ledger/statements/claim.js';
import { valueIn } from './declared-calls.js';
import type { Answers } from './outcome.js';
import type { Relation, SubjectEvent } from './relations.js';

/*
 * How many rows of which relation an operation was carried out on, told from the answers of the steps by what the rules of
 * relations declare. Ids and numbers: it stays with the operation when the user is purged.
 */

/** An operation that has succeeded. */
interface Counted {
  kind: string;
  effect: Effect;
  answers: Answers;
}

/** What happens to the user by an operation of that effect. */
const EVENTS: Readonly<Partial<Record<Effect, SubjectEvent>>> = {
  ...{ opens: 'register', writes: 'update', closes: 'delete', reopens: 'restore', ends: 'purge' },
};

/** @returns whether a rule of the relation says where the number of its rows is told */
export function isCounting(relation: Relation): boolean {
  const rules = [
    ...Object.values(EVENTS).map((event) => relation[event]),
    ...Object.values(relation.on ?? {}),
  ];
  return rules.some((rule) => rule.kind !== 'retain' && rule.counts !== undefined);
}

/**
 * @param relations those that count; of most operations there are none, and nothing is looked for
 * @returns the steps, each with what it did to the rows of relations that count it
 */
export function withCounts(
  steps: readonly StepOutcome[],
  counted: Counted,
  relations: readonly Relation[],
): readonly StepOutcome[] {
  if (relations.length === 0) return steps;
  return steps.map((step) => {
    const counts = relations.flatMap((relation) => countsOf(relation, step.name, counted));
    return counts.length > 0 ? { ...step, counts } : step;
  });
}

function countsOf(relation: Relation, step: string, counted: Counted): RelationCount[] {
  const rules = rulesFor(relation, counted).filter((rule) => rule.kind !== 'retain' && rule.step === step);
  const counts = rules.map((rule) => ({ rule: rule.kind, rows: rowsIn(rule, counted.answers[step]) }));
  return counts.flatMap(({ rule, rows }) => (rows === null ? [] : [{ relation: relation.name, rule, rows }]));
}

/** @returns those that an operation may have been carried out by */
function rulesFor(relation: Relation, { kind, effect, answers }: Counted): RelationRule[] {
  const event = EVENTS[effect];
  const onOthers = Object.entries(relation.on ?? {}).filter(
    ([name]) => name === kind || Object.hasOwn(answers, name),
  );
  return [...(event ? [relation[event]] : []), ...onOthers.map(([, rule]) => rule)];
}

/** @returns null where nothing is declared, or the answer has no count */
function rowsIn(rule: RelationRule, answer: Answers[string] | undefined): number | null {
  if (rule.kind === 'retain' || rule.counts === undefined || !answer) return null;
  const value = valueIn(answer, rule.counts);
  if (Array.isArray(value)) return value.length;
  return Number.isSafeInteger(value) ? (value as number) : null;
}
