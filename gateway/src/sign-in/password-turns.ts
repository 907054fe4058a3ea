import { Injectable } from '@nestjs/common';
import { unavailable } from '@turnpike/service';
import { PlacesInTurn, type Waiting } from './places-in-turn.js';

/*
 * The way to identity's argon2, which takes a core for some 16 ms each time: whoever sends enough passwords from enough
 * networks keeps it busy. So few are under way at a time, and the others wait here, where it is known where they come
 * from: an account's known places go first, and of each kind the places take turns. Strangers, however many, cost the
 * owner of an account one turn.
 */

/** Under way at a time in this process: identity works on two, and keeps 250 waiting of all gateways together. */
const AT_ONCE = 8;

/** How many may wait of each kind, which is more than identity works off while they have patience. */
const MAX_WAITING = 1000;

/** Milliseconds after which somebody has given up: a password that is checked then is checked for nobody. */
const PATIENCE_MS = 10_000;

/** One turn in so many is for those who are new somewhere, however many come from known places. */
const TURN_OF_STRANGERS = 4;

/** Where a password comes from, and whether its account has signed in from there before. */
export interface Origin {
  place: string;
  isKnown: boolean;
}

interface Waiter extends Waiting {
  start: () => void;
  refuse: () => void;
}

@Injectable()
export class PasswordTurns {
  private readonly known = new PlacesInTurn<Waiter>(MAX_WAITING);
  private readonly strangers = new PlacesInTurn<Waiter>(MAX_WAITING);
  private underWay = 0;
  private turns = 0;

  /**
   * Does work that makes identity hash a password, when it is its turn.
   * @throws Problem `unavailable` where its turn does not come in time, and what the work throws
   */
  async take<Result>(origin: Origin, work: () => Promise<Result>): Promise<Result> {
    await this.turnOf(origin);
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.serve();
    }
  }

  private turnOf({ place, isKnown }: Origin): Promise<void> {
    const queue = isKnown ? this.known : this.strangers;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(unavailable('Too many passwords are being checked.'));
      const ending = (end: () => void) => (): void => {
        clearTimeout(patience);
        end();
      };
      const waiter: Waiter = { place, start: ending(resolve), refuse: ending(giveUp) };
      const patience = setTimeout(() => {
        queue.remove(waiter);
        giveUp();
      }, PATIENCE_MS);
      queue.add(waiter)?.refuse();
      this.serve();
    });
  }

  private serve(): void {
    while (this.underWay < AT_ONCE) {
      const waiter = this.next();
      if (!waiter) return;
      this.underWay += 1;
      waiter.start();
    }
  }

  private next(): Waiter | null {
    this.turns = (this.turns + 1) % TURN_OF_STRANGERS;
    const [first, second] = this.turns === 0 ? [this.strangers, this.known] : [this.known, this.strangers];
    return first.next() ?? second.next();
  }
}
