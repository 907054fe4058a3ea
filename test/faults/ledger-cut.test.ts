import { startSystem, type System } from '../support/system.js';
import {
  appliedAnswer,
  change,
  changesOf,
  endedStates,
  endOf,
  FAST,
  newCustomer,
  ONE_BACKEND,
  successors,
} from './kit.js';

/** Far longer than the test: what goes on has not waited for it. */
const LEASE_MS = 600_000;

const CUTS = 4;

describe.each(ONE_BACKEND)(
  'a ledger that is away when an end is to be written down, on the %s queue',
  (queue) => {
    let system: System;
    beforeAll(async () => {
      const env = { ...FAST, LANE_LEASE_MS: String(LEASE_MS), SERVICE_TIMEOUT_MS: '10000' };
      system = await startSystem({ queue, env, proxied: ['ordering', 'database'] });
    }, 120_000);
    afterAll(() => system?.stop());

    it('has it as soon as it is there again, and the lane goes on', async () => {
      const customer = await newCustomer(system.gatewayUrls[0]!);
      const answer = system.proxies.ordering!.trap('response', appliedAnswer(customer.orderId), {
        type: 'hold',
      });
      const first = await change(system.gatewayUrls[0]!, customer);
      const writes = [first, ...(await successors(system.gatewayUrls[0]!, customer))];
      await answer.caught;
      const cut = system.proxies.database!.trap('request', endOf(first), { type: 'reset' }, CUTS);
      answer.release();
      expect(await endedStates(system.databases.gateway, writes)).toEqual(writes.map(() => 'succeeded'));
      expect(cut.count).toBe(CUTS);
      expect(await changesOf(system, customer)).toEqual([
        '2 ordering.place',
        ...writes.map(({ seq }) => `${seq} ordering.change`),
      ]);
    }, 60_000);
  },
);
