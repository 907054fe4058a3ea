import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';

/** Remembers that this ledger has had a first administrator: there is never a second one, whatever became of the first. */
@Injectable()
export class FirstAdministrators {
  constructor(private readonly database: Database) {}

  async wasMade(): Promise<boolean> {
    return (await this.database.query<unknown>('select 1 from first_administrator')).length > 0;
  }

  /** @param userId who it is, or one of those who are administrators already */
  async remember(userId: string): Promise<void> {
    await this.database.query(
      'insert into first_administrator (user_id) values ($1) on conflict do nothing',
      [userId],
    );
  }
}
