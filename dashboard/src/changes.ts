import { HIDDEN } from '../../libs/protocol/src/wire/hidden.js';

/** One member of what an audit entry is about, as text; left out where it was not there. */
export interface Change {
  name: string;
  before?: string | undefined;
  after?: string | undefined;
}

type Content = Record<string, unknown> | null;

/** @returns every member that was there before or after, each once; those of an object by their path, `filter.state` */
export function changesOf(before: Content, after: Content): Change[] {
  const [was, is] = [textsOf(before ?? {}), textsOf(after ?? {})];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names.map((name) => ({ name, before: was.get(name), after: is.get(name) }));
}

export function isHidden({ before, after }: Change): boolean {
  return [before, after].some((text) => text?.includes(HIDDEN));
}

function textsOf(content: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(content).flatMap(([key, value]: [string, unknown]) =>
      isObject(value) ? [...textsOf(value, `${path}${key}.`)] : [[`${path}${key}`, textOf(value)] as const],
    ),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
