/** A method and a path, whose parameters are `{name}` or `:name`; a `*` at the end is any rest. */
export interface Route {
  method: string;
  path: string;
}

/** @returns whether some request fits both */
export function overlaps(one: Route, other: Route): boolean {
  if (one.method !== other.method) return false;
  return fit(partsOf(one.path), partsOf(other.path));
}

function fit(one: readonly string[], other: readonly string[]): boolean {
  if (one[0] === '*' || other[0] === '*') return true;
  if (one.length === 0 || other.length === 0) return one.length === other.length;
  const [[first, ...rest], [second, ...others]] = [one, other] as [string[], string[]];
  return (isParameter(first!) || isParameter(second!) || first === second) && fit(rest, others);
}

function partsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function isParameter(part: string): boolean {
  return part.startsWith('{') || part.startsWith(':');
}
