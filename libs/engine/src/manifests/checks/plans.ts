import type { RelationDeclaration, StepDeclaration } from '@turnpike/protocol';
import { deadEndIn, finality } from '../../definitions/finality.js';
import { stepOfRule } from '../../definitions/relations.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';
import { ownStepsOf, type RuleFor, rulesOf } from './rules.js';

/*
 * A plan is carried out, or taken back. Of the plans that the manifest changes, its operations' own and those of the kinds
 * for which its relations have rules, none may have a step that refuses behind one that cannot be undone.
 */

/** Plans of the manifest's operations, in the order that they say. */
export function deadEnds(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'operations', ({ steps }) => {
    const deadEnd = deadEndIn(candidate.stepsOf(steps));
    return deadEnd ? [told('its plan', deadEnd)] : [];
  });
}

/** Plans to which its relations add steps. */
export function deadEndsByRelations(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) => {
    const added = additionsOf(relation, candidate);
    return added.flatMap(({ step, ...occasion }) => {
      const deadEnd = deadEndIn(planOf(occasion, candidate));
      if (!deadEnd || ![deadEnd.final.name, deadEnd.refusing.name].includes(step)) return [];
      return [told(`the plan of ${occasion.occasion}`, deadEnd)];
    });
  });
}

/** @returns the steps of an occasion with those that relations add, in the order in which they are carried out */
function planOf(occasion: Omit<RuleFor, 'rule'>, candidate: Candidate): StepDeclaration[] {
  const added = candidate.relations
    .flatMap((relation) => additionsOf(relation, candidate))
    .filter((one) => one.occasion === occasion.occasion && one.isEvent === occasion.isEvent);
  const names = new Set([...ownStepsOf(occasion, candidate), ...added.map(({ step }) => step)]);
  return candidate.stepsOf([...names]).sort((a, b) => finality(a) - finality(b));
}

/** @returns the steps that a relation adds; but for one that restricts and cannot be undone, which is refused as such */
function additionsOf(
  relation: RelationDeclaration,
  candidate: Candidate,
): (Omit<RuleFor, 'rule'> & { step: string })[] {
  return rulesOf(relation).flatMap(({ rule, ...occasion }) => {
    const step = stepOfRule(rule);
    if (step === null || (rule.kind === 'restrict' && candidate.step(step)?.undo === false)) return [];
    return [{ ...occasion, step }];
  });
}

function told(
  plan: string,
  { final, refusing }: { final: StepDeclaration; refusing: StepDeclaration },
): string {
  return `${plan} has ${refusing.name}, which may be refused, behind ${final.name}, which cannot be undone`;
}
