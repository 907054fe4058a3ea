import type { StepDeclaration } from '@turnpike/protocol';

/** As much of a step as decides where in a plan it may stand. */
export type Finality = Pick<StepDeclaration, 'refuses' | 'undo'>;

/** The finality of the step that decides. */
export const DECISION = 2;

/**
 * The order of steps that leaves a way out: first what may be refused and taken back, then what can be taken back, then the
 * decision, which may be refused and is final; last what is final and never refused.
 */
export function finality({ refuses, undo }: Finality): number {
  if (undo) return refuses ? 0 : 1;
  return refuses ? DECISION : 3;
}

/**
 * No step may be refused once a final one is in force: what is final can be neither taken back nor, then, completed, and
 * its lane would halt.
 * @returns the first final step and the one behind it that may be refused, or null where there is a way out
 */
export function deadEndIn<Step extends Finality>(
  steps: readonly Step[],
): { final: Step; refusing: Step } | null {
  const at = steps.findIndex(({ undo }) => !undo);
  const refusing = at === -1 ? undefined : steps.slice(at + 1).find(({ refuses }) => refuses);
  return refusing ? { final: steps[at]!, refusing } : null;
}
