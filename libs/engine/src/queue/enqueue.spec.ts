import slotOf from 'cluster-key-slot';
import { v7 as uuidv7 } from 'uuid';
import { partitionNames, partitionOf, prefixOf } from './enqueue.js';

describe('partitions', () => {
  it('take users evenly, and one user always in the same', () => {
    const counts = new Map(partitionNames(16).map((name) => [name, 0]));
    for (let i = 0; i < 16_000; i += 1) {
      const userId = uuidv7();
      const partition = partitionOf(userId, 16);
      expect(partitionOf(userId, 16)).toBe(partition);
      counts.set(partition, counts.get(partition)! + 1);
    }
    expect(counts.size).toBe(16);
    // Binomial with a mean of 1,000 and a deviation of 31: six deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190);
  });

  it.each([1, 3, 16, 100])('of %s have their keys in equal ranges of slots, each in one', (count) => {
    for (let index = 0; index < count; index += 1) {
      const slot = slotOf(`${prefixOf('a-shop', index, count)}:lane:wait`);
      expect(Math.floor((slot * count) / 16_384)).toBe(index);
    }
  });
});
