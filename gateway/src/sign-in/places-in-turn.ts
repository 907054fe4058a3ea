/** One that waits, and where it comes from. */
export interface Waiting {
  place: string;
}

/**
 * A queue that serves places in turn: however many come from one place, the next of another place waits for one of
 * them alone. When it is full, the place that has the most waiting loses its last.
 */
export class PlacesInTurn<Item extends Waiting> {
  /** In the order in which the places are served: a map keeps the order of its insertions. */
  private readonly places = new Map<string, Item[]>();
  private size = 0;

  /** @param limit how many may wait altogether */
  constructor(private readonly limit: number) {}

  /** @returns the one that has to go for it, which may be itself, or null */
  add(item: Item): Item | null {
    const others = this.places.get(item.place);
    if (others) others.push(item);
    else this.places.set(item.place, [item]);
    this.size += 1;
    return this.size > this.limit ? this.removeFromLongest() : null;
  }

  /** @returns the first of the place whose turn it is, or null where nobody waits */
  next(): Item | null {
    const [turn] = this.places;
    if (!turn) return null;
    const [place, [item, ...rest]] = turn;
    this.size -= 1;
    this.places.delete(place);
    if (rest.length > 0) this.places.set(place, rest);
    return item!;
  }

  /** Takes one out that does not wait any more. */
  remove(item: Item): void {
    const rest = (this.places.get(item.place) ?? []).filter((other) => other !== item);
    this.size -= 1;
    if (rest.length > 0) this.places.set(item.place, rest);
    else this.places.delete(item.place);
  }

  private removeFromLongest(): Item {
    const [longest] = [...this.places.values()].sort((a, b) => b.length - a.length);
    const last = longest!.at(-1)!;
    this.remove(last);
    return last;
  }
}
