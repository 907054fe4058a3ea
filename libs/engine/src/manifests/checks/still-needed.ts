import type { Manifest, StepDeclaration } from '@turnpike/protocol';
import { placeOf } from '../form/lines.js';

/** How many unfinished operations there are of each kind, and that have each step. */
export interface Needs {
  kinds: ReadonlyMap<string, number>;
  steps: ReadonlyMap<string, number>;
}

/** Counts the unfinished operations of those kinds, and with those steps. */
export type CountNeeds = (kinds: readonly string[], steps: readonly string[]) => Promise<Needs>;

/** What a manifest has no more, or otherwise, that an accepted one has. */
interface Change {
  name: string;
  where: string;
  what: string;
}

/**
 * What was accepted by one manifest is carried out by the next: it has to have the kinds and the steps of all operations
 * that have not ended, and steps that can be refused and taken back as they could.
 * @param accepted null where none was
 * @returns what is wrong with the next one, with how many operations need it as it was
 */
export async function stillNeeded(
  accepted: Manifest | null,
  next: Manifest,
  count: CountNeeds,
): Promise<string[]> {
  if (!accepted) return [];
  const kinds = goneKinds(accepted, next);
  const steps = changedSteps(accepted, next);
  if (kinds.length + steps.length === 0) return [];
  const needs = await count(namesOf(kinds), namesOf(steps));
  return [...told(kinds, needs.kinds), ...told(steps, needs.steps)];
}

function goneKinds(accepted: Manifest, { operations = [] }: Manifest): Change[] {
  const left = new Set(operations.map(({ kind }) => kind));
  const gone = (accepted.operations ?? []).filter(({ kind }) => !left.has(kind));
  return gone.map(({ kind }) => ({ name: kind, where: 'operations', what: `${kind} is gone` }));
}

function changedSteps(accepted: Manifest, { steps = [] }: Manifest): Change[] {
  return (accepted.steps ?? []).flatMap((before): Change[] => {
    const { name } = before;
    const at = steps.findIndex((step) => step.name === name);
    if (at === -1) return [{ name, where: 'steps', what: `${name} is gone` }];
    return differences(before, steps[at]!).map((what) => ({
      ...{ name, what },
      where: placeOf('steps', at, steps[at]),
    }));
  });
}

function differences(before: StepDeclaration, after: StepDeclaration): string[] {
  const members = ['refuses', 'undo'] as const;
  return members
    .filter((member) => before[member] !== after[member])
    .map((member) => `its ${member} is ${after[member]} and was ${before[member]}`);
}

function namesOf(changes: readonly Change[]): string[] {
  return [...new Set(changes.map(({ name }) => name))];
}

function told(changes: readonly Change[], counts: ReadonlyMap<string, number>): string[] {
  return changes.flatMap(({ name, where, what }) => {
    const count = counts.get(name) ?? 0;
    return count > 0 ? [`${where}: ${what}, which ${inWords(count)} as it was`] : [];
  });
}

function inWords(count: number): string {
  return count === 1 ? '1 unfinished operation needs' : `${count} unfinished operations need`;
}
