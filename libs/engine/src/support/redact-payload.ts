import { HIDDEN, type OperationView } from '@turnpike/protocol';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Members whose texts are words of ours, or of a catalogue, and never somebody's. */
const PLAIN = new Set(['status', 'state', 'currency', 'sku', 'roles', 'type', 'relation', 'retained']);

/** Members in which people name what they like: no name in them says anything of its text. */
const FREE = 'claims';

/** @returns the same with every text hidden that a person may have written; ids, times and numbers are shown */
export function hidden(value: Record<string, unknown>): Record<string, unknown> {
  return hide(value, '') as Record<string, unknown>;
}

/** @returns a write as operators see it */
export function hiddenView(view: OperationView): OperationView {
  return { ...view, result: view.result && hidden(view.result) };
}

function hide(value: unknown, name: string): unknown {
  if (typeof value === 'string') return isPlain(value, name) ? value : HIDDEN;
  if (Array.isArray(value)) return value.map((item) => hide(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const nameOf = (key: string): string => (name === FREE ? FREE : key);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item, nameOf(key))]));
}

function isPlain(text: string, name: string): boolean {
  return PLAIN.has(name) || (name !== FREE && (UUID.test(text) || TIME.test(text)));
}
