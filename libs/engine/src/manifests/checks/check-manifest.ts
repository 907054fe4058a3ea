import type { Manifest } from '@turnpike/protocol';
import { unsoundAccess } from './access.js';
import { Candidate, type Surroundings } from './candidate.js';
import { unsoundFollowOns } from './follow-ons.js';
import { foreignSteps, takenNames, unknownProblems } from './names.js';
import { unsoundOperations } from './operations.js';
import { deadEnds, deadEndsByRelations, earlyCopies } from './plans.js';
import { unsoundCopies, unsoundCounts, unsoundRelations } from './relations.js';
import { takenRoutes } from './routes.js';
import { unsoundShapes } from './shapes.js';
import { unsoundWays } from './tables.js';

const CHECKS: readonly ((candidate: Candidate) => string[])[] = [
  ...[takenNames, foreignSteps, takenRoutes, unknownProblems],
  ...[unsoundOperations, unsoundAccess, unsoundShapes, unsoundFollowOns],
  ...[unsoundRelations, unsoundCopies, unsoundCounts, unsoundWays],
  ...[deadEnds, deadEndsByRelations, earlyCopies],
];

/**
 * Holds a manifest that has the right form to what can be carried out.
 * @returns everything that is wrong with it; nothing of one that can be accepted
 */
export function complaintsAbout(manifest: Manifest, surroundings: Surroundings): string[] {
  const candidate = new Candidate(manifest, surroundings);
  return CHECKS.flatMap((check) => check(candidate));
}
