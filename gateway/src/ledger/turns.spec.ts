import { Turns } from './turns.js';

describe('turns', () => {
  it('are taken one at a time under one key, in order, also after a failure, and at once under another', async () => {
    const turns = new Turns();
    const log: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = turns.take('a', async () => {
      log.push('first begins');
      await gate;
      log.push('first fails');
      throw new Error('no');
    });
    const second = turns.take('a', () => Promise.resolve(log.push('second')));
    await turns.take('b', () => Promise.resolve(log.push('other')));
    open();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(log).toEqual(['first begins', 'other', 'first fails', 'second']);
  });
});
