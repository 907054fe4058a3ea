// Chapter 4: the services are asked behind the gateway's back. A step that comes too late, from a worker that
// was taken for dead, say, must find nobody who takes it.
import { chapter, exchange, line } from './print.mjs';
import { promise } from './promises.mjs';
import { callStep } from './service-call.mjs';
import { TEA } from './user.mjs';
import { randomUUID } from 'node:crypto';

/**
 * Steps for the deleted user. Two of them nothing but the tombstone refuses: a shipped order would be delivered,
 * and an address that is not reserved released, for whatever state the user is in.
 */
function lateSteps({ shipped }) {
  return [
    ['ordering', 'ordering.place', { orderId: randomUUID(), lines: [TEA], reference: 'too-late' }],
    ['ordering', 'ordering.deliver', { orderId: shipped.id }],
    ['identity', 'identity.update', { firstName: 'Too', lastName: 'Late' }],
    ['identity', 'identity.release-email', {}],
  ];
}

/** @param lastSeq the last place that was given in the lane */
export async function tryLateSteps({ urls, signingKey }, user, orders, lastSeq) {
  chapter(4, 'The services refuse by themselves');
  const title = 'Both services refuse every step for the deleted user, for good.';
  if (!signingKey)
    return promise(title, null, 'the gateway’s signing key is not known: give SERVICE_SIGNING_KEY');
  // Newer than every claim so far, older than the first claim of the next operation: it does no harm.
  const fence = `${lastSeq + 1}.0`;
  line(`Steps straight to the services, signed with the gateway's key, Lane-Fence ${fence}:`);
  line();
  const answers = [];
  for (const [service, step, body] of lateSteps(orders)) {
    const answer = await callStep({
      url: urls[service],
      service,
      step,
      userId: user.id,
      fence,
      body,
      signingKey,
    });
    const recorded = answer.headers.get('step-recorded') === 'true';
    answers.push({ step, ...answer, recorded });
    exchange(step, answer.status, `${answer.body?.code ?? 'applied'}${recorded ? ', recorded' : ''}`);
  }
  return promise(
    title,
    answers.every(
      ({ status, body, recorded }) => status === 410 && body?.code === 'user-deleted' && recorded,
    ),
    answers
      .map(({ step, status, recorded }) => `${step} ${status}${recorded ? '' : ' unrecorded'}`)
      .join(', '),
  );
}
