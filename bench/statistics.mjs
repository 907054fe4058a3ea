// What is told of many numbers.

export function median(numbers) {
  return percentile(numbers, 0.5);
}

/** @returns the smallest number that so large a part of them does not exceed, or null if there are none */
export function percentile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;
}

/** @returns for every number that the runs tell, its median; of what is no number, the last run's */
export function mediansOf(runs) {
  const names = [...new Set(runs.flatMap(Object.keys))];
  return Object.fromEntries(names.map((name) => [name, medianOf(runs.map((run) => run[name]))]));
}

/** A run that has no such number, because it was not done in time, counts as worse than all others. */
function medianOf(values) {
  const numbers = values.map((value) => (typeof value === 'number' ? value : Infinity));
  if (numbers.every((number) => number === Infinity)) return values.at(-1) ?? null;
  const found = median(numbers);
  return found === Infinity ? null : found;
}

/** Three digits tell a measurement; more would pretend that the next run says the same. */
export function rounded(number) {
  return number === null ? null : Number(number.toPrecision(3));
}
