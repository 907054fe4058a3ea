import { type Database, unavailable } from '@turnpike/service';
import { RateWindows } from './rate-windows.js';

const FIVE_MINUTES_MS = 300_000;

/** A statement that was sent, and how it is answered. */
interface Sent {
  text: string;
  parameters: unknown[];
  answer: (rows: unknown[]) => void;
  fail: (error: Error) => void;
}

describe('counts of a database that is slow', () => {
  let sent: Sent[];
  let windows: RateWindows;
  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    const query = (text: string, parameters: unknown[]): Promise<unknown[]> =>
      new Promise((answer, fail) => void sent.push({ text, parameters, answer, fail }));
    windows = new RateWindows({ query } as unknown as Database);
  });
  afterEach(() => jest.useRealTimers());

  const row = (key: string) => ({ key, hits: 1, window: 'its end', leftMs: 1000 });
  const settled = () => jest.advanceTimersByTimeAsync(0);

  it('are given back when they come too late', async () => {
    const refused = expect(windows.hitEach(['a', 'b'], FIVE_MINUTES_MS)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await jest.advanceTimersByTimeAsync(2000);
    await refused;
    // The two are one statement, or one after the other: each is answered when it comes.
    for (let index = 0; index < sent.length; index += 1) {
      const { text, parameters, answer } = sent[index]!;
      answer(text.startsWith('insert') ? (parameters[0] as string[]).map(row) : []);
      await settled();
    }
    const last = sent.at(-1)!;
    expect(last.text).toContain('greatest(0, w.hits - present.hits)');
    expect(last.parameters).toEqual([
      ['a', 'b'],
      ['its end', 'its end'],
      [1, 1],
    ]);
  });

  it('are asked for again after a second, though the clock was set back meanwhile', async () => {
    const ask = async (): Promise<number> => {
      const counted = windows.increment('a', 60_000, 10).catch(() => undefined);
      await settled();
      sent.at(-1)?.fail(unavailable('away'));
      await counted;
      return sent.length;
    };
    expect(await ask()).toBe(1);
    expect(await ask()).toBe(1);
    jest.advanceTimersByTime(1001);
    jest.setSystemTime(Date.now() - 3_600_000);
    expect(await ask()).toBe(2);
  });
});
