import type { Relation } from '@turnpike/contracts';
import type { Plan } from './plan.js';
import { assertHasWayOut } from './lifecycle-sagas.js';

/** Everything that makes a plan have a step: a payload that asks for all of them. */
const EVERY_STEP = { email: '', firstName: '', lastName: '' };

/**
 * Holds the plan of every kind to what can be carried out.
 * @throws ConfigurationError that names the plan and its step; the process must not start
 */
export function assertPlansHaveWaysOut(
  definitions: readonly { kind: string; plan: Pick<Plan, 'steps'> }[],
  relations: readonly Relation[],
): void {
  for (const { kind, plan } of definitions) {
    assertHasWayOut(`The plan of ${kind}`, plan.steps(EVERY_STEP, relations));
  }
}
