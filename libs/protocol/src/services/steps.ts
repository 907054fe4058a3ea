import { Matches, MaxLength } from 'class-validator';

/** Where steps live under a service's address. */
export const STEPS_PATH = '/internal/steps';

/**
 * @param generation the how manieth key of that step it is; an operator's retry gives a step that was closed a new one,
 *   because a service answers the old one for ever as it did first
 * @returns the key under which a service remembers its answer to that step of that operation
 */
export function stepKey(operationId: string, step: string, generation = 1): string {
  return `${operationId}/${step}${suffixOf(generation)}`;
}

/** @returns the key of the step's undo, of that generation in its turn. */
export function undoKey(key: string, generation = 1): string {
  return `${key}/undo${suffixOf(generation)}`;
}

/** The first key of a step has the form that it always had. */
function suffixOf(generation: number): string {
  return generation === 1 ? '' : `~${generation}`;
}

/** @returns the key of the step that the undo with that key takes back. */
export function undoneKey(key: string): string {
  return key.replace(/\/undo(~\d+)?$/, '');
}

/** `{operationId}/{step}`, or that with `/undo`; an operator's retry adds `~2` and so on to either. */
const STEP_KEY =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z0-9.-]{1,100})(?:~\d{1,6})?(\/undo(?:~\d{1,6})?)?$/;

/** What the key of a step says. */
export interface KeyOfStep {
  operationId: string;
  /** Whether there is such a step is for the service to know. */
  step: string;
  isUndo: boolean;
}

/** @returns what that key says, or null where it has not the form of one */
export function readStepKey(key: string): KeyOfStep | null {
  const [, operationId, step, undo] = STEP_KEY.exec(key) ?? [];
  if (operationId === undefined || step === undefined) return null;
  return { operationId, step, isUndo: undo !== undefined };
}

/** `POST /internal/steps/settle`: the first answer of that key, or seals it for ever. */
export class SettleStep {
  @MaxLength(200)
  @Matches(/^[0-9a-f-]{36}\/[a-z0-9.-]+(~\d{1,6})?(\/undo(~\d{1,6})?)?$/)
  key: string;

  @Matches(/^\d{1,9}\.\d{1,9}$/)
  fence: string;
}
