import type { RelationDeclaration, RelationRule } from '@turnpike/protocol';
import { SUBJECT_EVENTS } from '../../definitions/relations.js';
import type { Candidate } from './candidate.js';

/** What becomes of the rows of a relation on one occasion. */
export interface RuleFor {
  /** An event of the subject, or a kind of operation. */
  occasion: string;
  isEvent: boolean;
  rule: RelationRule;
}

/** @returns the rules of a relation */
export function rulesOf(relation: RelationDeclaration): RuleFor[] {
  const ofSubject = SUBJECT_EVENTS.flatMap((event): RuleFor[] => {
    const rule = relation[event];
    return rule ? [{ occasion: event, isEvent: true, rule }] : [];
  });
  const ofKinds = Object.entries(relation.on ?? {}).map(([kind, rule]): RuleFor => ({
    ...{ occasion: kind, isEvent: false },
    rule,
  }));
  return [...ofSubject, ...ofKinds];
}

/** @returns the steps that an occasion has without any relation */
export function ownStepsOf(
  { occasion, isEvent }: Omit<RuleFor, 'rule'>,
  candidate: Candidate,
): readonly string[] {
  if (!isEvent) return candidate.operation(occasion)?.steps ?? [];
  return candidate.subject.steps[occasion as keyof typeof candidate.subject.steps];
}
