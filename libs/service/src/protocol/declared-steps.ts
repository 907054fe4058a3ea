import { type KeyOfStep, readStepKey, type StepDeclaration } from '@turnpike/protocol';

const events = new Map<string, string | null>();

/** Makes steps known to this process; a call with the key of any other is refused. */
export function declareSteps(steps: readonly Pick<StepDeclaration, 'name' | 'event'>[]): void {
  for (const { name, event } of steps) events.set(name, event);
}

/** @returns what that key says, or null where it is none of a step that is declared */
export function readDeclaredKey(key: string): KeyOfStep | null {
  const read = readStepKey(key);
  return read && events.has(read.step) ? read : null;
}

/**
 * @returns the event of that step, or null where it has none to tell
 * @throws Error where there is no such step: nobody would be told of what it did
 */
export function eventOf(step: string): string | null {
  const event = events.get(step);
  if (event === undefined) throw new Error(`There is no step ${step}.`);
  return event;
}
