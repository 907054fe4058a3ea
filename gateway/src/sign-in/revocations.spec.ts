import { Logger } from '@nestjs/common';
import type { GatewayConfig, Services } from '@turnpike/engine';
import { Revocations } from './revocations.js';

beforeAll(() => Logger.overrideLogger(false));

describe('what is known of ended sessions', () => {
  let now = 0;
  let answer: () => Promise<object>;
  let revocations: Revocations;
  const started = (): Revocations =>
    new Revocations(
      { ask: () => answer() } as unknown as Services,
      { api: true, clockToleranceMs: 0 } as unknown as GatewayConfig,
    );
  beforeEach(async () => {
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    answer = () => Promise.resolve({ now: new Date().toISOString(), revoked: ['ended'] });
    revocations = started();
    await revocations.onApplicationBootstrap();
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
  ])('is what an identity said that has been silent for %i ms', (silentMs, expected) => {
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

  test('is nothing in a process that has not heard identity, which accepts writes for a while', async () => {
    revocations.onApplicationShutdown();
    answer = () => Promise.reject(new Error('identity does not answer.'));
    revocations = started();
    await revocations.onApplicationBootstrap();
    expect(after(0)).toEqual({ areKnown: false, allowWrites: true, readiness: 'degraded' });
    expect(after(59_999)).toMatchObject({ areKnown: false, allowWrites: true });
    expect(after(1)).toMatchObject({ allowWrites: false, readiness: false });
    answer = () => Promise.resolve({ now: new Date().toISOString(), revoked: ['ended'] });
    await revocations.ask();
    expect(after(0)).toEqual({ areKnown: true, allowWrites: true, readiness: true });
  });

  test('is asked for before the process listens', async () => {
    revocations.onApplicationShutdown();
    revocations = started();
    const listens = revocations.onApplicationBootstrap();
    expect(revocations.areKnown).toBe(false);
    await listens;
    expect(revocations.areKnown).toBe(true);
  });

  test('is complete again with the next answer', async () => {
    after(60_000);
    await revocations.ask();
    expect(after(0)).toEqual({ areKnown: true, allowWrites: true, readiness: true });
  });
});
