import { setImmediate as turn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import type { Services } from '../run/services.js';
import { Revocations } from './revocations.js';

beforeAll(() => Logger.overrideLogger(false));

describe('what is known of ended sessions', () => {
  let now = 0;
  let answer: () => Promise<object>;
  let revocations: Revocations;
  beforeEach(() => {
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    answer = () => Promise.resolve({ now: new Date().toISOString(), revoked: ['ended'] });
    revocations = new Revocations(
      { ask: () => answer() } as unknown as Services,
      { api: true, clockToleranceMs: 0 } as unknown as GatewayConfig,
    );
    revocations.onApplicationBootstrap();
  });
  afterEach(() => {
    revocations.onApplicationShutdown();
    jest.restoreAllMocks();
  });

  const after = (ms: number): object => {
    now += ms;
    const { areKnown, allowWrites, readiness } = revocations;
    return { areKnown, allowWrites, readiness };
  };

  test.each([
    [4999, { areKnown: true, allowWrites: true, readiness: true }],
    [5000, { areKnown: false, allowWrites: true, readiness: 'degraded' }],
    [59_999, { areKnown: false, allowWrites: true, readiness: 'degraded' }],
    [60_000, { areKnown: false, allowWrites: false, readiness: false }],
  ])('is what an identity said that has been silent for %i ms', async (silentMs, expected) => {
    await turn();
    expect(revocations.has('ended')).toBe(true);
    expect(after(silentMs)).toEqual(expected);
  });

  test('is as old as the question, however long the answer takes', async () => {
    answer = () => {
      now += 4000;
      return Promise.resolve({ now: new Date().toISOString(), revoked: [] });
    };
    await revocations.ask();
    expect(after(1000)).toMatchObject({ areKnown: false });
  });

  test('grows old from the start, where identity was never heard', () => {
    answer = () => Promise.reject(new Error('identity does not answer.'));
    expect(after(5000)).toMatchObject({ areKnown: false, allowWrites: true });
    expect(after(55_000)).toMatchObject({ allowWrites: false });
  });

  test('is complete again with the next answer', async () => {
    after(60_000);
    await revocations.ask();
    expect(after(0)).toEqual({ areKnown: true, allowWrites: true, readiness: true });
  });
});
