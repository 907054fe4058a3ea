import { Logger } from '@nestjs/common';
import { WriteProof } from './write-proof.js';

describe('a proof that writes are carried out', () => {
  let answers: ((rows: unknown[]) => void)[];
  let proof: WriteProof;
  beforeEach(() => {
    jest.useFakeTimers();
    for (const level of ['warn', 'log'] as const) jest.spyOn(Logger.prototype, level).mockReturnValue();
    answers = [];
    const query = (): Promise<never[]> =>
      new Promise((resolve) => void answers.push(resolve as (rows: unknown[]) => void));
    proof = new WriteProof({ query }, () => []);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const proven = [{ proven: true }];

  it('is one statement at a time, and fails while that is not answered', async () => {
    const first = proof.holds();
    await jest.advanceTimersByTimeAsync(1500);
    const second = proof.holds();
    proof.doubt();
    const third = proof.holds();
    await jest.advanceTimersByTimeAsync(600);
    expect(await Promise.all([first, second, third])).toEqual([false, false, false]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await proof.holds()).toBe(false);
    expect(answers).toHaveLength(1);
    answers[0]!(proven);
    await jest.advanceTimersByTimeAsync(0);
    const next = proof.holds();
    answers[1]!(proven);
    expect(await next).toBe(true);
  });

  it('holds for a second, or until it is doubted', async () => {
    const first = proof.holds();
    answers[0]!(proven);
    await first;
    expect(await proof.holds()).toBe(true);
    expect(answers).toHaveLength(1);
    proof.doubt();
    void proof.holds();
    expect(answers).toHaveLength(2);
  });
});
