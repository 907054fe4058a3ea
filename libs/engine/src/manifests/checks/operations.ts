import type { OperationDeclaration } from '@turnpike/protocol';
import { inEach } from '../form/lines.js';
import { type Candidate } from './candidate.js';

/** An operation has steps of its own service, and something by which it comes about. */
export function unsoundOperations(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'operations', (operation) => [
    ...operation.steps.flatMap((step) => candidate.complaintAboutStep(step) ?? []),
    ...repeatedSteps(operation),
    ...effectOf(operation),
    ...originOf(operation),
    ...creationOf(operation, candidate),
  ]);
}

/** A service remembers its answer to a step by the step's name. */
function repeatedSteps({ steps }: OperationDeclaration): string[] {
  const repeated = steps.filter((step, index) => steps.indexOf(step) < index);
  return [...new Set(repeated)].map((step) => `its step ${step} is there twice`);
}

function effectOf({ effect = 'writes' }: OperationDeclaration): string[] {
  return effect === 'writes' ? [] : [`its effect ${effect} is for the application alone`];
}

function originOf({ kind, method, path, lane, allow, after, input }: OperationDeclaration): string[] {
  if (!method !== !path) return ['has one of method and path, and needs both'];
  if (!method && !after) return [`has no route and follows nothing: ${kind} would never come about`];
  if (!after && input) return ['maps an input, and follows nothing'];
  if (!method) return [];
  return [
    ...(lane ? [] : ['has a route, and does not say in whose lane it is']),
    ...(allow?.length ? [] : ['has a route, and does not say who is allowed to use it']),
  ];
}

function creationOf({ creates }: OperationDeclaration, { manifest }: Candidate): string[] {
  const declared = manifest.resources ?? [];
  if (!creates || declared.some(({ type }) => type === creates)) return [];
  return [`creates ${creates}, which is no resource of its manifest`];
}
