import { etagOf } from '@turnpike/contracts';
import { Problem } from './problem.js';

/**
 * @param ifMatch the client's `If-Match` as it was sent: `*`, or a list of ETags; undefined sets no condition
 * @throws Problem `version-conflict` unless it names that version
 */
export function assertMatches(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const etags = ifMatch.split(',').map((etag) => etag.trim());
  // The comparison of If-Match is the strong one (RFC 9110, 13.1.1), so W/"3" names no version at all.
  if (!etags.includes(etagOf(version))) {
    throw new Problem('version-conflict', 'If-Match does not name the present version.');
  }
}
