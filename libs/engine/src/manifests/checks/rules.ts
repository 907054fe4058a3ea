import type { RelationDeclaration, RelationRule } from '@turnpike/protocol';
import type { Occasion } from '../../definitions/related-steps.js';
import { SUBJECT_EVENTS } from '../../definitions/relations.js';
import type { Candidate } from './candidate.js';

/** What becomes of the rows of a relation on one occasion: an event of the subject, a kind of operation, or a step. */
export interface RuleFor extends Occasion {
  rule: RelationRule;
}

/** @returns the rules of a relation */
export function rulesOf(relation: RelationDeclaration): RuleFor[] {
  const ofSubject = SUBJECT_EVENTS.flatMap((event): RuleFor[] => {
    const rule = relation[event];
    return rule ? [{ occasion: event, isEvent: true, rule }] : [];
  });
  const ofOthers = Object.entries(relation.on ?? {}).map(([occasion, rule]): RuleFor => ({
    ...{ occasion, isEvent: false },
    rule,
  }));
  return [...ofSubject, ...ofOthers];
}

/** @returns the steps that an occasion has without any relation */
export function ownStepsOf({ occasion, isEvent }: Occasion, candidate: Candidate): readonly string[] {
  if (!isEvent) return candidate.operation(occasion)?.steps ?? [];
  return candidate.subject.steps[occasion as keyof typeof candidate.subject.steps];
}
