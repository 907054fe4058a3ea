import type { Manifest } from '@turnpike/protocol';

/*
 * What is wrong with a manifest is told in lines: `operations/1 (loyalty.redeem): its step loyalty.reedem is declared by no
 * service`. Each says where, as a path of the manifest and by name, and what.
 */

/** The lists of a manifest. */
export type List = 'resources' | 'operations' | 'steps' | 'relations' | 'reads' | 'problems';
export type ItemOf<Name extends List> = NonNullable<Manifest[Name]>[number];

/** What items are called, of whatever list. */
type AnyItem = Partial<Record<'kind' | 'name' | 'type' | 'code' | 'internal', unknown>>;

/** Characters of one line: a page of an error in a schema would hide the other lines. */
const MAX_LINE = 300;

/** Lines of one manifest: whoever mends these finds the others. */
const MAX_LINES = 20;

/** @returns the lines about the items of a list */
export function inEach<Name extends List>(
  manifest: Manifest,
  list: Name,
  complaintsAbout: (item: ItemOf<Name>, index: number) => readonly string[],
): string[] {
  const items: readonly ItemOf<Name>[] = manifest[list] ?? [];
  return items.flatMap((item, index) =>
    complaintsAbout(item, index).map((complaint) => `${placeOf(list, index, item)}: ${complaint}`),
  );
}

/** @returns `operations/1 (loyalty.redeem)`; of an item that has no name, its place alone */
export function placeOf(list: string, index: number | string, item: unknown): string {
  const { kind, name, type, code, internal } = (item ?? {}) as AnyItem;
  const called = kind ?? name ?? type ?? code ?? internal;
  return typeof called === 'string' ? `${list}/${index} (${called})` : `${list}/${index}`;
}

/** @returns the lines as they are kept: each on one line and of a bearable length, and not more than somebody reads */
export function bearable(lines: readonly string[]): readonly string[] {
  const kept = lines.slice(0, MAX_LINES).map(shortened);
  const more = lines.length - kept.length;
  return more > 0 ? [...kept, `and ${more} more`] : kept;
}

/** @returns what operators are told: `manifest of loyalty 1.4.0: …; …` */
export function told(service: string, version: string | null, lines: readonly string[]): string {
  const subject = version === null ? `manifest of ${service}` : `manifest of ${service} ${version}`;
  return `${subject}: ${lines.join('; ')}`;
}

/** A name may have been anything, a new line too. */
function shortened(line: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  const clean = line.replaceAll(/[\s\u0000-\u001f\u007f]+/g, ' ');
  return clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE - 1)}…` : clean;
}
