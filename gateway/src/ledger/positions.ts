import { decodeCursor } from '@turnpike/contracts';
import { invalidRequest } from '@turnpike/service';

/**
 * @param forms what the parts of a position of that list look like
 * @returns where the page begins, or null for the first
 * @throws Problem 400 where the cursor is none of that list
 */
export function positionIn<const Forms extends readonly RegExp[]>(
  cursor: string | undefined,
  forms: Forms,
): { [Part in keyof Forms]: string } | null {
  if (cursor === undefined) return null;
  const position = decodeCursor(cursor, forms.length);
  if (!position || !forms.every((form, part) => form.test(position[part]!))) {
    throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of a page' }]);
  }
  return position as { [Part in keyof Forms]: string };
}
