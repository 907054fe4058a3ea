import { decodeCursor } from '@turnpike/contracts';
import { invalidRequest } from '@turnpike/service';

/**
 * @param form what a position of that list looks like
 * @returns where the page begins, or null for the first
 * @throws Problem 400 where the cursor is none of that list
 */
export function positionIn(cursor: string | undefined, form: RegExp): string | null {
  if (cursor === undefined) return null;
  const [position] = decodeCursor(cursor, 1) ?? [];
  if (position === undefined || !form.test(position)) {
    throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of a page' }]);
  }
  return position;
}
