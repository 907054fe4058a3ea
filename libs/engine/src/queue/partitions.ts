import { crc32 } from 'node:zlib';
import slotOf from 'cluster-key-slot';

/** How many slots the keys of a Redis Cluster are spread over. */
const SLOTS = 16_384;

/** @returns the name of a partition's queue */
export function partitionName(index: number): string {
  return `lane-${String(index).padStart(2, '0')}`;
}

/** @returns the names of all partitions */
export function partitionNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => partitionName(index));
}

/**
 * @returns the partition that carries a user's lane. It may change with the number of partitions: the ledger
 * keeps the order, so a job that was left in another partition is only a hint too many.
 */
export function partitionOf(userId: string, count: number): string {
  return partitionName(crc32(userId) % count);
}

/**
 * BullMQ's key prefix of a partition, after the name of the installation: one hash tag, so that all of its keys are on one node of a cluster. Left
 * to chance the tags fall on the nodes unevenly; nodes own ranges of slots, so the tag of partition i is one
 * whose slot lies in the i-th of as many equal ranges.
 */
export function prefixOf(installation: string, index: number, count: number): string {
  const [from, to] = [index, index + 1].map((bound) => Math.floor((bound * SLOTS) / count)) as [
    number,
    number,
  ];
  for (let attempt = 0; ; attempt += 1) {
    const tag = `${partitionName(index)}-${attempt}`;
    const slot = slotOf(tag);
    if (slot >= from && slot < to) return `${installation}:{${tag}}`;
  }
}
