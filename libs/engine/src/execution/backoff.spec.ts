import { backoffMs } from './backoff.js';

const TERMS = { retryBaseMs: 200, retryMaxMs: 30_000 };

describe('the wait before the next attempt', () => {
  it('doubles with every attempt, up to the cap', () => {
    const waits = [1, 2, 3, 8, 9, 1000].map((attempts) => backoffMs(attempts, TERMS, null, () => 1));
    expect(waits).toEqual([200, 400, 800, 25_600, 30_000, 30_000]);
  });

  it('is spread over the upper half, so that lanes do not come back in step', () => {
    expect([0, 0.5, 1].map((random) => backoffMs(2, TERMS, null, () => random))).toEqual([200, 300, 400]);
  });

  it('is at least what the service asked for', () => {
    expect(backoffMs(1, TERMS, 5000, () => 0)).toBe(5000);
  });
});
