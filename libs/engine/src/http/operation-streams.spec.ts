import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Endings } from '../notify/operation-watcher.js';
import type { LaneChanges } from '../queries/change-feed.js';
import type { LedgerQueries } from '../queries/operations.js';
import type { EventStreams } from './event-streams.js';
import type { OperationAccess } from './operation-access.js';
import { OperationStreams } from './operation-streams.js';
import { Replays } from '../limits/replay-pace.js';

const AT_ONCE = 60;
const MINUTE_MS = 60_000;

describe('the replays of a user', () => {
  let replays: Replays;
  beforeEach(() => {
    jest.useFakeTimers();
    replays = new Replays();
  });
  afterEach(() => jest.useRealTimers());

  /** @returns how many turns come within that time */
  async function turnsWithin(ms: number, asked: number, userId = 'user'): Promise<number> {
    const { signal } = new AbortController();
    let turns = 0;
    for (let turn = 0; turn < asked; turn += 1) void replays.turn(userId, signal).then(() => (turns += 1));
    await jest.advanceTimersByTimeAsync(ms);
    return turns;
  }

  it('have so many pages at once, one more each second, and are nobody else’s', async () => {
    expect(await turnsWithin(0, 1000)).toBe(AT_ONCE);
    expect(await turnsWithin(0, 10, 'another')).toBe(10);
    replays = new Replays();
    expect(await turnsWithin(MINUTE_MS, 1000)).toBe(2 * AT_ONCE);
  });

  it('have all of it again after a minute', async () => {
    await turnsWithin(0, AT_ONCE);
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(await turnsWithin(0, 1000)).toBe(AT_ONCE);
  });

  it('do not wait for a stream that has ended', async () => {
    await turnsWithin(0, AT_ONCE);
    const aborter = new AbortController();
    const ended = replays.turn('user', aborter.signal);
    aborter.abort();
    await ended;
    expect(await turnsWithin(1000, 5)).toBe(1);
  });

  it.each([
    { lastEventId: '0', pages: 3, turns: 3 },
    { lastEventId: '7', pages: 1, turns: 1 },
    { lastEventId: undefined, pages: 1, turns: 0 },
    { lastEventId: undefined, pages: 3, turns: 2 },
  ])('count $turns of $pages pages after $lastEventId', async ({ lastEventId, pages, turns }) => {
    const turn = jest.spyOn(replays, 'turn');
    const read: bigint[] = [];
    const changes = {
      latest: () => Promise.resolve(9n),
      after(_userId: string, number: bigint) {
        read.push(number);
        return Promise.resolve({ changes: [], upTo: number + 1n, isLast: read.length === pages });
      },
    };
    const stream = { closed: new AbortController().signal, beginAfter() {}, end() {} };
    const endings = { follow: (_id: string, _signal: AbortSignal, look: () => Promise<boolean>) => look() };
    const streams = new OperationStreams(
      { begin: () => stream } as unknown as EventStreams,
      endings as unknown as Endings,
      changes as unknown as LaneChanges,
      {} as LedgerQueries,
      {} as OperationAccess,
      replays,
    );
    const request = { headers: { 'last-event-id': lastEventId } } as unknown as FastifyRequest;
    await streams.ofLane('user', request, {} as FastifyReply);
    await jest.advanceTimersByTimeAsync(0);
    expect(read).toHaveLength(pages);
    expect(turn).toHaveBeenCalledTimes(turns);
  });
});
