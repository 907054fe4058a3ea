import type { StepDeclaration } from '@turnpike/protocol';
import { deadEndIn } from '../../definitions/finality.js';
import { type Addition, additionsTo, type Occasion, planOf } from '../../definitions/related-steps.js';
import { SUBJECT_EVENTS } from '../../definitions/relations.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';
import { ownStepsOf } from './rules.js';

/*
 * A plan is carried out, or taken back. Of the plans that the manifest changes, its operations' own and those to which its
 * relations add steps, none may have a step that refuses behind one that cannot be undone, nor one that copies an answer
 * before there is one.
 */

/** A plan to which relations add something, as it is carried out. */
interface RelatedPlan {
  /** As complaints call it. */
  name: string;
  steps: StepDeclaration[];
  additions: readonly Addition[];
}

/** Plans of the manifest's operations, in the order that they say. */
export function deadEnds(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'operations', ({ steps }) => {
    const deadEnd = deadEndIn(candidate.stepsOf(steps));
    return deadEnd ? [told('its plan', deadEnd)] : [];
  });
}

/** Plans to which its relations add a step that is in the way of another, or has one in its way. */
export function deadEndsByRelations(candidate: Candidate): string[] {
  const plans = relatedPlans(candidate);
  return inEach(candidate.manifest, 'relations', (relation) =>
    plans.flatMap(({ name, steps, additions }) => {
      const deadEnd = deadEndIn(steps);
      const isAdded = ({ name: step }: StepDeclaration): boolean =>
        additions.some((addition) => addition.relation === relation && addition.step === step);
      if (!deadEnd || !(isAdded(deadEnd.final) || isAdded(deadEnd.refusing))) return [];
      return [told(`the plan of ${name}`, deadEnd)];
    }),
  );
}

/** Plans in which a step of its relations comes before the one whose answer it copies: that serves rows further off, too. */
export function earlyCopies(candidate: Candidate): string[] {
  const plans = relatedPlans(candidate);
  return inEach(candidate.manifest, 'relations', (relation) =>
    plans.flatMap(({ name, steps, additions }) => {
      const at = (step: string): number => steps.findIndex((one) => one.name === step);
      const early = additions.filter(
        ({ step, source, ...of }) =>
          of.relation === relation && source !== undefined && at(source) > at(step),
      );
      return early.map(
        ({ step, source }) =>
          `the plan of ${name} has ${step}, which copies the answer of ${source}, before it`,
      );
    }),
  );
}

function relatedPlans(candidate: Candidate): RelatedPlan[] {
  const kinds = candidate.all.flatMap(({ operations = [] }) => operations.map(({ kind }) => kind));
  const occasions = [
    ...SUBJECT_EVENTS.map((occasion) => ({ occasion, isEvent: true })),
    ...kinds.map((occasion) => ({ occasion, isEvent: false })),
  ];
  return occasions.flatMap((occasion) => relatedPlan(occasion, candidate) ?? []);
}

function relatedPlan(occasion: Occasion, candidate: Candidate): RelatedPlan | null {
  const own = ownStepsOf(occasion, candidate).filter((name) => candidate.step(name));
  const additions = additionsTo(own, occasion, candidate.relations).filter((one) => isSound(one, candidate));
  if (additions.length === 0) return null;
  const names = planOf(own, additions, (name) => candidate.step(name)!);
  return { name: occasion.occasion, steps: candidate.stepsOf(names), additions };
}

/** What nobody declares, or what restricts and cannot be undone, is refused as such. */
function isSound({ step, rule }: Addition, candidate: Candidate): boolean {
  const declared = candidate.step(step);
  return declared !== undefined && (rule.kind !== 'restrict' || declared.undo);
}

function told(
  plan: string,
  { final, refusing }: { final: StepDeclaration; refusing: StepDeclaration },
): string {
  return `${plan} has ${refusing.name}, which may be refused, behind ${final.name}, which cannot be undone`;
}
