import type { Answer } from './sender.js';
import { judge, MAX_ATTEMPTS } from './retry-policy.js';

const HOUR_MS = 3_600_000;
const answered = (status: number, retryAfter: string | null = null): Answer => ({
  ...{ status, retryAfter },
  error: status < 300 ? null : 'status',
});
const pauseAfter = (attempts: number): number => {
  const attempted = judge(answered(500), attempts);
  if (attempted.type !== 'retry') throw new Error(attempted.type);
  return attempted.delayMs;
};

describe('what is not accepted', () => {
  test('is sent again for about three days, and then given up', () => {
    const pauses = [...Array(MAX_ATTEMPTS - 1).keys()].map((index) => pauseAfter(index + 1));
    const hours = pauses.reduce((sum, ms) => sum + ms, 0) / HOUR_MS;
    expect(hours).toBeGreaterThan(60);
    expect(hours).toBeLessThan(85);
    expect(judge(answered(500), MAX_ATTEMPTS)).toEqual({
      ...{ type: 'given-up', status: 500, error: 'status', isGone: false },
    });
  });

  test('is sent again after a second at most, then after pauses that double, of eight hours at most', () => {
    const within = (attempts: number, ms: number): void => {
      expect(pauseAfter(attempts)).toBeGreaterThanOrEqual(ms / 2);
      expect(pauseAfter(attempts)).toBeLessThanOrEqual(ms);
    };
    within(1, 1000);
    within(5, 16_000);
    within(26, 8 * HOUR_MS);
  });

  test('is not sent again before the receiver wants it, unless it wants more than eight hours', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const delayOf = (retryAfter: string) => judge(answered(429, retryAfter), 1, now);
    expect(delayOf('120')).toMatchObject({ delayMs: 120_000 });
    expect(delayOf('Thu, 01 Jan 2026 00:05:00 GMT')).toMatchObject({ delayMs: 300_000 });
    expect(delayOf('86400')).toMatchObject({ delayMs: 8 * HOUR_MS });
    expect(delayOf('soon')).toMatchObject({ type: 'retry' });
  });
});

test('whoever answers 410 is gone', () => {
  expect(judge(answered(410), 1)).toMatchObject({ type: 'retry', isGone: true });
});

test.each([200, 202, 204, 299])('%i accepts', (status) => {
  expect(judge(answered(status), MAX_ATTEMPTS)).toEqual({ type: 'delivered', status });
});
