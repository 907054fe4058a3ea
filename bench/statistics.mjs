// What is told of many numbers.

export function median(numbers) {
  return percentile(numbers, 0.5);
}

/** @returns the smallest number that so large a part of them does not exceed */
export function percentile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
}
