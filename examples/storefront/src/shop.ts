import type { components, Operation, Turnpike } from '@turnpike/client';
import { deleteAccount } from './account.js';
import { button, byId, form, h, inWords, on, say, show } from './dom.js';
import { Lane } from './lane.js';

type Order = components['schemas']['OrderView'];

const TEAS = [
  { sku: 'TEA-ASSAM', name: 'Assam', note: 'malty, for the morning', price: 450 },
  { sku: 'TEA-SENCHA', name: 'Sencha', note: 'green and grassy', price: 690 },
  { sku: 'TEA-OOLONG', name: 'Oolong', note: 'between the two', price: 820 },
  { sku: 'TEA-ROOIBOS', name: 'Rooibos', note: 'no tea at all', price: 390 },
] as const;

const CURRENCY = 'EUR';
const money = new Intl.NumberFormat('en', { style: 'currency', currency: CURRENCY });

/** The page of somebody who is signed in, until that ends. */
export async function enterShop(turnpike: Turnpike, leave: () => void): Promise<void> {
  const { data: me } = await turnpike.get('/v1/me');
  const orders = h('ul', { class: 'orders', 'aria-label': 'Your orders' });
  const lane = new Lane();
  // The session ends with the account, and the events with it: what was answered then must stay to be read.
  let isDeleting = false;
  const remove = async (): Promise<void> => {
    isDeleting = true;
    try {
      isDeleting = await deleteAccount(turnpike, leave);
    } catch (error) {
      isDeleting = false;
      throw error;
    }
  };
  const refresh = async (): Promise<void> => {
    const { data } = await turnpike.get('/v1/orders', { query: { limit: 10 } });
    orders.replaceChildren(...data.items.map((order) => orderItem(turnpike, order)));
  };
  const name = me.user?.firstName ?? 'you';
  byId('who').replaceChildren(
    h('span', {}, `Signed in as ${name}`),
    button('Sign out', () => turnpike.signOut()),
  );
  show(
    h('h1', {}, `What will it be, ${name}?`),
    h(
      'div',
      { class: 'columns' },
      h('div', {}, shelf(turnpike), h('h2', {}, 'Your orders'), orders),
      h('div', {}, lane.element, accountCard(remove)),
    ),
  );
  await refresh();
  void watch(turnpike, lane, refresh).then(() => (isDeleting ? undefined : leave()), sayTrouble);
}

/** Tells every change of every write as it happens, whoever asked for it, until the session is over. */
async function watch(turnpike: Turnpike, lane: Lane, refresh: () => Promise<void>): Promise<void> {
  for await (const { operation } of turnpike.events({ lastEventId: '0' })) {
    lane.tell(operation);
    // What cannot be read now is read after the next event.
    if (operation.state === 'succeeded' && isAboutOrder(operation)) await refresh().catch(sayTrouble);
  }
}

function sayTrouble(error: unknown): void {
  say(inWords(error));
}

function isAboutOrder({ target }: Operation): boolean {
  return target.type === 'order';
}

function shelf(turnpike: Turnpike): HTMLElement {
  const total = h('output', { class: 'total' }, money.format(0));
  const element = form(
    { class: 'card', 'aria-label': 'Order tea' },
    async (amounts) => {
      const lines = linesOf(amounts);
      if (lines.length === 0) return say('Choose some tea first.');
      await turnpike.submit('POST', '/v1/orders', { body: { lines } });
      say('Your order is accepted: it will be carried out at its turn, whatever happens.');
      element.reset();
      total.value = money.format(0);
    },
    h('ul', { class: 'shelf' }, ...TEAS.map(shelfItem)),
    h('p', { class: 'sum' }, total, h('button', { class: 'primary' }, 'Place order')),
  );
  return on(element, {
    oninput: () => {
      const lines = linesOf(Object.fromEntries(new FormData(element)) as Record<string, string>);
      const sum = lines.reduce((before, { quantity, unitPrice }) => before + quantity * unitPrice.amount, 0);
      total.value = money.format(sum / 100);
    },
  });
}

function shelfItem({ sku, name, note, price }: (typeof TEAS)[number]): HTMLElement {
  return h(
    'li',
    {},
    h('label', { for: sku }, h('strong', {}, name), h('span', { class: 'soft' }, note)),
    h('span', {}, money.format(price / 100)),
    h('input', { id: sku, name: sku, type: 'number', min: '0', max: '99', value: '0' }),
  );
}

function linesOf(amounts: Record<string, string>): components['schemas']['OrderLine'][] {
  return TEAS.filter(({ sku }) => Number(amounts[sku]) > 0).map(({ sku, name, price }) => {
    return { sku, name, quantity: Number(amounts[sku]), unitPrice: { amount: price, currency: CURRENCY } };
  });
}

/** Its buttons hand a write in; that it is done is told by the events. */
function orderItem(turnpike: Turnpike, { id, lines, status, total }: Order): HTMLElement {
  const what = lines.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ');
  const path = { id };
  const pay = (): Promise<unknown> =>
    turnpike.submit('POST', '/v1/orders/{id}/pay', { path, body: { paymentReference: 'storefront' } });
  const cancel = (): Promise<unknown> =>
    turnpike.submit('POST', '/v1/orders/{id}/cancel', { path, body: { reason: 'changed my mind' } });
  const act = (text: string, work: () => Promise<unknown>): HTMLButtonElement =>
    button(text, async () => void (await work()), { 'aria-label': `${text} ${what}` });
  return h(
    'li',
    { class: 'card order' },
    h('span', {}, what),
    h('span', {}, money.format(total.amount / 100)),
    h('span', { class: `chip ${status}` }, status),
    h(
      'span',
      { class: 'actions' },
      status === 'placed' ? act('Pay', pay) : null,
      status === 'placed' || status === 'paid' ? act('Cancel', cancel) : null,
    ),
  );
}

function accountCard(remove: () => Promise<void>): HTMLElement {
  const confirm: HTMLDialogElement = h(
    'dialog',
    { 'aria-labelledby': 'sure' },
    h('h2', { id: 'sure' }, 'Delete your account?'),
    h('p', {}, 'What you have ordered so far is carried out first. Nothing is accepted from then on.'),
    h(
      'p',
      { class: 'actions' },
      button('Keep it', async () => confirm.close()),
      button(
        'Delete it',
        async () => {
          confirm.close();
          await remove();
        },
        { class: 'danger' },
      ),
    ),
  );
  return h(
    'section',
    { class: 'card', 'aria-label': 'Account' },
    h('h2', {}, 'Account'),
    button('Delete my account …', async () => confirm.showModal(), { class: 'danger' }),
    confirm,
  );
}
