import type { GatewayConfig } from '../config.js';
import type { Services } from '../run/services.js';
import { Revocations } from './revocations.js';

describe('sessions of which identity tells', () => {
  let revocations: Revocations;
  let answer: () => Promise<{ now: string; revoked: string[] }>;
  beforeEach(() => {
    jest.useFakeTimers();
    const services = { ask: () => answer() } as unknown as Services;
    revocations = new Revocations(services, { api: true, clockToleranceMs: 0 } as unknown as GatewayConfig);
    answer = () => Promise.resolve({ now: new Date().toISOString(), revoked: ['ended'] });
  });
  afterEach(() => jest.useRealTimers());

  const knows = () => ({ roles: revocations.areKnown, writes: revocations.allowWrites });

  test('are known as long as an access token lives, and no others', async () => {
    await revocations.ask();
    expect([revocations.has('ended'), revocations.has('another')]).toEqual([true, false]);
  });

  test('are trusted for 5 s without an answer where a role is needed, and for a minute where anything is written', async () => {
    await revocations.ask();
    expect(knows()).toEqual({ roles: true, writes: true });
    jest.advanceTimersByTime(5000);
    expect({ ...knows(), ready: revocations.readiness }).toEqual({
      roles: false,
      writes: true,
      ready: 'degraded',
    });
    jest.advanceTimersByTime(55_000);
    expect({ ...knows(), ready: revocations.readiness }).toEqual({
      roles: false,
      writes: false,
      ready: false,
    });
    await revocations.ask();
    expect({ ...knows(), ready: revocations.readiness }).toEqual({ roles: true, writes: true, ready: true });
  });

  test('are as old as the question, and not as the answer', async () => {
    answer = () => {
      jest.advanceTimersByTime(5000);
      return Promise.resolve({ now: new Date().toISOString(), revoked: [] });
    };
    await revocations.ask();
    expect(knows().roles).toBe(false);
  });
});
