import { complaintsAboutWays } from '../../definitions/table-graph.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';

/** Relations lead from table to table without a circle, and what they lead to a user from is erased with one. */
export function unsoundWays({ manifest, relations, subject }: Candidate): string[] {
  return inEach(manifest, 'relations', (relation) => complaintsAboutWays(relation, relations, subject.table));
}
