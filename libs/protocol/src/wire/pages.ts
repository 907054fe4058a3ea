import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { FromDigits, MAX_STRING, Optional } from './validation.js';

/** One page of a list; `nextCursor` is null on the last. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export class PageQuery {
  /** `nextCursor` of the page before. */
  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  cursor?: string;

  @Optional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

/** @returns an opaque cursor that decodeCursor gives back; the position is made of the sort keys of the last row. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @returns the position in that cursor, or null if it is not one of `parts` strings. */
export function decodeCursor(cursor: string, parts: number): string[] | null {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const valid =
      Array.isArray(position) &&
      position.length === parts &&
      position.every((part) => typeof part === 'string');
    return valid ? position : null;
  } catch {
    return null;
  }
}
