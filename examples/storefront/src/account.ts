import { isProblem, type Operation, type Turnpike } from '@turnpike/client';
import { button, byId, h, inWords, say, show } from './dom.js';

const LINE = { sku: 'TEA-ASSAM', name: 'Assam', quantity: 1, unitPrice: { amount: 450, currency: 'EUR' } };

/** What was tried, and what was answered. */
type Attempt = [when: string, answer: string];

/**
 * Deletes the account, and shows by trying it that nothing is accepted from the acknowledgement on.
 * @returns whether it is deleted; orders that are paid may forbid it
 */
export async function deleteAccount(turnpike: Turnpike, leave: () => void): Promise<boolean> {
  const { userId } = (await turnpike.currentSession())!;
  const { operation } = await turnpike.submit('DELETE', '/v1/users/{id}', { path: { id: userId } });
  const attempts: Attempt[] = [['as soon as the deletion was acknowledged', await tryToOrder(turnpike)]];
  const end = await endOf(turnpike, operation);
  if (end?.problem) {
    say(`Your account stays: ${end.problem.title}. ${end.problem.detail ?? ''}`);
    return false;
  }
  attempts.push(['after it was carried out', await tryToOrder(turnpike)]);
  farewell(operation, attempts, leave);
  return true;
}

/** @returns the deletion when it is over; null where the session went with the account before that could be read */
async function endOf(turnpike: Turnpike, operation: Operation): Promise<Operation | null> {
  try {
    return await turnpike.whenOver(operation);
  } catch (error) {
    if (isProblem(error, 'unauthenticated')) return null;
    throw error;
  }
}

async function tryToOrder(turnpike: Turnpike): Promise<string> {
  try {
    const { operation } = await turnpike.submit('POST', '/v1/orders', { body: { lines: [LINE] } });
    return `202 accepted at place ${operation.seq}`;
  } catch (error) {
    return isProblem(error) ? `${error.status} ${error.code}` : inWords(error);
  }
}

function farewell({ seq }: Operation, attempts: Attempt[], leave: () => void): void {
  byId('who').replaceChildren();
  show(
    h('h1', {}, 'Your account is deleted'),
    h(
      'section',
      { class: 'card' },
      h(
        'p',
        {},
        `The deletion has place ${seq} in your lane, and nothing comes after it. Another order was tried:`,
      ),
      h(
        'table',
        {},
        h('caption', {}, 'Orders after the deletion'),
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'When'), h('th', { scope: 'col' }, 'Answer'))),
        h(
          'tbody',
          {},
          ...attempts.map(([when, answer]) => h('tr', {}, h('td', {}, when), h('td', {}, answer))),
        ),
      ),
      button('Back to the door', async () => leave(), { class: 'primary' }),
    ),
  );
}
