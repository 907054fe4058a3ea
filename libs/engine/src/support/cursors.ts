import { decodeCursor } from '@turnpike/protocol';
import { invalidRequest } from '@turnpike/service';

/** What a part of a position looks like; one that the database could not read would be an error of its own. */
interface Form {
  test(part: string): boolean;
}

export const ID: Form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const TIMESTAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/;

/** A time that PostgreSQL has written. */
export const TIME: Form = {
  test(part) {
    const [, day, time] = TIMESTAMP.exec(part) ?? [];
    const at = new Date(`${day}T${time}Z`);
    // JavaScript takes the 30th of February for a day in March.
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${day}T${time}`);
  },
};

/**
 * @param forms what the parts of a position of that list look like
 * @returns where the page begins, or null for the first
 * @throws Problem 400 where the cursor is none of that list
 */
export function positionIn<const Forms extends readonly Form[]>(
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
