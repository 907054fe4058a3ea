// What the results are held to: ratios, so that they mean the same on another machine.
import { rounded } from './statistics.mjs';

/** Ratios are made of medians; a median that is missing, or no number, misses its target. */
export function atLeast(what, value, bound) {
  return target(what, value, `≥ ${bound}`, value >= bound);
}

export function atMost(what, value, bound) {
  return target(what, value, `≤ ${bound}`, value !== null && value <= bound);
}

function target(what, value, bound, met) {
  const known = typeof value === 'number' && Number.isFinite(value);
  return { what, value: known ? rounded(value) : null, bound, met: known && met };
}

export function targetTable(targets) {
  return {
    title: 'Targets',
    columns: ['', 'measured', 'target', ''],
    rows: targets.map(({ what, value, bound, met, remark }) => [
      remark ? `${what} (${remark})` : what,
      ...[value, bound, met ? 'met' : 'missed'],
    ]),
  };
}
