import { etagOf } from '@turnpike/protocol';
import { Problem } from '../problems/problem.js';

/**
 * Whether a list of ETags names that one. A weak form is as good as the strong one, for `If-Match` too, whose comparison is
 * the strong one in RFC 9110 (13.1.1): our ETags name versions, and a proxy that compresses an answer makes its ETag
 * weak, so that a client behind one could never write what it has read.
 * @param list `*`, or ETags with commas between
 */
export function namesEtag(list: string, etag: string): boolean {
  const named = list.split(',').map((item) => item.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(etag);
}

/**
 * @param ifMatch the client's `If-Match` as it was sent; undefined sets no condition
 * @throws Problem `version-conflict` unless it names that version
 */
export function assertMatches(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || namesEtag(ifMatch, etagOf(version))) return;
  throw new Problem('version-conflict', 'If-Match does not name the present version.');
}
