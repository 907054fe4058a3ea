import type { RelationDeclaration, ServiceDeclaration } from '@turnpike/protocol';
import type { ServiceName } from '../kinds.js';
import { RELATIONS } from '../relations.js';
import { STEPS_OF } from './steps.js';

/** The version of this shop, whose services are built and released together. */
const VERSION = '0.1.0';

/** @returns what that service says of itself: its steps, and what becomes of its rows with their user */
export function declarationOf(service: ServiceName): ServiceDeclaration {
  return { service, version: VERSION, steps: STEPS_OF[service], relations: relationsOf(service) };
}

function relationsOf(service: ServiceName): RelationDeclaration[] {
  const own = RELATIONS.filter((relation) => relation.service === service);
  return own.map(({ service: _service, ...relation }) => relation);
}
