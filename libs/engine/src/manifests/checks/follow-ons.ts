import type { OperationDeclaration } from '@turnpike/protocol';
import { trailOf } from '../../definitions/json-pointers.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';

/** What there is of the operation before, to make an input of. */
const SOURCES = ['operation', 'input', 'answers', 'result'];

/** After these nothing of the user is written. */
const LAST: readonly (string | undefined)[] = ['closes', 'ends'];

/** What follows by itself follows something, and not itself. */
export function unsoundFollowOns(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'operations', (operation) => [
    ...leaderOf(operation, candidate),
    ...strayInputs(operation),
  ]);
}

function leaderOf({ kind, after }: OperationDeclaration, candidate: Candidate): string[] {
  if (after === undefined) return [];
  const leader = candidate.operation(after);
  if (!leader) return [`follows ${after}, which is declared by no service`];
  if (LAST.includes(leader.effect)) return [`follows ${after}, after which nothing of the user is written`];
  const way = wayBack(kind, candidate);
  return way ? [`follows itself: ${way.join(' follows ')}`] : [];
}

/** @returns the kinds from that one back to itself, each of which follows the next, or null */
function wayBack(kind: string, candidate: Candidate): string[] | null {
  const way = [kind];
  for (;;) {
    const next = candidate.operation(way.at(-1)!)?.after;
    if (next === undefined) return null;
    if (next === kind) return [...way, kind];
    if (way.includes(next)) return null;
    way.push(next);
  }
}

function strayInputs({ input = {} }: OperationDeclaration): string[] {
  return Object.entries(input)
    .filter(([, pointer]) => !SOURCES.includes(trailOf(pointer)[0]!))
    .map(
      ([name, pointer]) =>
        `its input ${name} is of ${pointer}, which begins with none of /${SOURCES.join(', /')}`,
    );
}
