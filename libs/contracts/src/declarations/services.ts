import type { RelationDeclaration, ServiceDeclaration, StepDeclaration } from '@turnpike/protocol';
import type { ServiceName } from '../kinds.js';
import { RELATIONS } from '../relations.js';
import { STEPS } from '../steps.js';

/** The version of this shop, whose services are built and released together. */
const VERSION = '0.1.0';

/** @returns what that service says of itself: its steps, and what becomes of its rows with their user */
export function declarationOf(service: ServiceName): ServiceDeclaration {
  return { service, version: VERSION, steps: stepsOf(service), relations: relationsOf(service) };
}

function stepsOf(service: ServiceName): StepDeclaration[] {
  const own = Object.entries(STEPS).filter(([, step]) => step.service === service);
  return own.map(([name, { refuses, undo, event }]) => ({ name, refuses, undo, event }));
}

function relationsOf(service: ServiceName): RelationDeclaration[] {
  const own = RELATIONS.filter((relation) => relation.service === service);
  return own.map(({ service: _service, ...relation }) => relation);
}
