import type { Operation } from '@turnpike/client';
import { h } from './dom.js';

/** Writes that are shown: the newest. */
const SHOWN = 8;

const NAMES: Partial<Record<Operation['kind'], string>> = {
  'user.register': 'Registration',
  'user.delete': 'Deletion of the account',
  'order.place': 'Order',
  'order.pay': 'Payment',
  'order.cancel': 'Cancellation',
  'order.ship': 'Shipping',
};

/** The visitor's lane: each write at its place, with every state that it has been in. */
export class Lane {
  private readonly list = h('ol', { class: 'lane', 'aria-label': 'Your lane', 'aria-live': 'polite' });
  private readonly entries = new Map<string, { item: HTMLElement; states: HTMLElement }>();
  readonly element = h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Your lane'),
    h('p', { class: 'soft' }, 'All that you asked for, one at a time and in this order.'),
    this.list,
  );

  tell(operation: Operation): void {
    const { item, states } = this.entries.get(operation.id) ?? this.begin(operation);
    const { state, problem } = operation;
    states.append(h('li', { class: `chip ${state}` }, state));
    if (problem) item.append(h('p', { class: 'bad' }, problem.title));
  }

  private begin({ id, seq, kind }: Operation): { item: HTMLElement; states: HTMLElement } {
    const states = h('ul', { class: 'states' });
    const title = h('span', {}, h('span', { class: 'place' }, `${seq}`), NAMES[kind] ?? kind);
    const entry = { item: h('li', {}, title, states), states };
    this.entries.set(id, entry);
    this.list.prepend(entry.item);
    if (this.list.children.length > SHOWN) this.list.lastElementChild!.remove();
    return entry;
  }
}
