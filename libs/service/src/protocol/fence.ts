/** The claim under which a step is sent: the operation's place in its lane, and how often it was claimed. */
export interface Fence {
  seq: number;
  epoch: number;
}

/** @returns the fence in a `Lane-Fence` header (`{seq}.{epoch}`), or null if it is not one. */
export function parseFence(text: string): Fence | null {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text);
  return match ? { seq: Number(match[1]), epoch: Number(match[2]) } : null;
}

export function formatFence({ seq, epoch }: Fence): string {
  return `${seq}.${epoch}`;
}

/** The pair is compared one after the other, as integers: as text, 10.1 would be older than 9.1. */
export function isOlder(fence: Fence, than: Fence): boolean {
  return fence.seq < than.seq || (fence.seq === than.seq && fence.epoch < than.epoch);
}
