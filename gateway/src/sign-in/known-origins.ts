import { Injectable } from '@nestjs/common';
import { Database, trimOldest } from '@turnpike/service';

/** How long it counts that an account has signed in from somewhere. */
const KEPT = '30 days';

/** Forgets what does not count any more. */
export const trimSignInPlaces = trimOldest('sign_in_places', 'seen_at', KEPT);

/** A sign-in of today is not written down again: most are from where the one before was. */
const FRESH = '1 day';

/** From where each account has signed in. Accounts and places are keyed hashes, here nobody knows of what. */
@Injectable()
export class SignInPlaces {
  constructor(private readonly database: Database) {}

  async remember(account: string, place: string): Promise<void> {
    await this.database.query(
      `insert into sign_in_places as p (account, place) values ($1, $2)
       on conflict (account, place) do update set seen_at = now() where p.seen_at < now() - $3::interval`,
      [account, place, FRESH],
    );
  }

  async isKnown(account: string, place: string): Promise<boolean> {
    const rows = await this.database.query<unknown>(
      'select 1 from sign_in_places where account = $1 and place = $2 and seen_at > now() - $3::interval',
      [account, place, KEPT],
    );
    return rows.length > 0;
  }
}
