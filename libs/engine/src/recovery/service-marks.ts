import { Injectable } from '@nestjs/common';
import type { Mark } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { Catalogue } from '../definitions/catalogue.js';
import { appendNotice } from '../audit/audit-entries.js';
import { dueSince } from './due-repairs.js';
import { beginWalks } from './fence-walks.js';

/*
 * What the ledger knows of the marks in the services' databases: of each service the mark that it has, and the next,
 * which is written down here before it is sent. A service can so have no mark that a current ledger does not know.
 *
 * `highest` grows with everything that is done to a row, and guards it: of several processes that notice the same, one
 * acts. To propose a mark that is proposed already does nothing to the row: otherwise the workers, each of which does so
 * every second while a service does not keep it, would keep one another from acting.
 */

/** Milliseconds between two marks of a service. By so much more than it may have lost is applied again. */
const MARK_EVERY_MS = 5000;

/** The same after a decision of the register: a ledger that is put back between two marks is not known to be older. */
const MARK_AFTER_DECISION_MS = 500;

/** What the ledger knows of one service's mark. */
export interface KnownMarks {
  service: string;
  /** What the service has. */
  mark: Mark | null;
  /** What it may have by now. */
  next: Mark | null;
  highest: string;
  /** The ledger has been behind: whatever mark the service has is the one. */
  adopts: boolean;
}

interface MarksRow {
  service: string;
  number: string | null;
  token: string;
  at: Date;
  next_number: string | null;
  next_token: string;
  next_at: Date;
  highest: string;
  adopts: boolean;
}

/** A service that was put back, as it was noticed. */
export interface WentBack {
  known: KnownMarks;
  /** What the service has now. */
  found: Mark | null;
  /** Decisions of the register from then on may be lost there; null where any may be. */
  since: string | null;
  reason: string;
}

/** Of a next mark, beside the number that a service has. */
const IS_LATER = 'next_number > coalesce($3::bigint, 0)';

const COLUMNS = 'service, number, token, at, next_number, next_token, next_at, highest, adopts';

@Injectable()
export class ServiceMarks {
  constructor(
    private readonly database: Database,
    private readonly catalogue: Catalogue,
  ) {}

  /** @returns null where no mark was ever made for that service */
  async of(service: string): Promise<KnownMarks | null> {
    return one(
      await this.database.query(`select ${COLUMNS} from service_marks where service = $1`, [service]),
    );
  }

  /** Begins with marks for a service that has none. */
  async begin(service: string): Promise<void> {
    await this.database.query('insert into service_marks (service) values ($1) on conflict do nothing', [
      service,
    ]);
  }

  /**
   * Writes the next mark down, if it is time for one.
   * @param isLast the process is about to end, and has no time to wait for one
   * @returns it with the others, or null
   */
  async propose(service: string, isLast: boolean): Promise<KnownMarks | null> {
    return one(
      await this.database.query(
        `update service_marks set highest = case when next_number is null then highest + 1 else highest end,
           next_number = coalesce(next_number, highest + 1),
           next_token = coalesce(next_token, gen_random_uuid()), next_at = coalesce(next_at, clock_timestamp())
         where service = $1 and not adopts
           and ($2 or kept_at is null or kept_at < now() - ${MARK_EVERY_MS} * interval '1 ms'
             or (kept_at < now() - ${MARK_AFTER_DECISION_MS} * interval '1 ms'
               and exists (select 1 from lanes where decided_at > service_marks.at)))
         returning ${COLUMNS}`,
        [service, isLast],
      ),
    );
  }

  /** The service has that mark, which was the next one. */
  async kept(service: string, { number, token }: Mark): Promise<void> {
    await this.database.query(
      `update service_marks set number = next_number, token = next_token, at = next_at, next_number = null,
         next_token = null, next_at = null, kept_at = now(), highest = highest + 1
       where service = $1 and next_number = $2 and next_token = $3`,
      [service, number, token],
    );
  }

  /** Takes what the service has for its mark, after the ledger was behind. */
  async adopt(known: KnownMarks, found: Mark | null): Promise<void> {
    await accept(this.database, known, found);
  }

  /**
   * Notes that a service was put back: everybody about whom the register has decided since is due to be followed, and
   * the audit trail tells of it, in one transaction.
   * @returns how many users that are; null where another process has noticed it
   */
  wentBack({ known, found, since, reason }: WentBack): Promise<number | null> {
    return this.database.statements(async (tx) => {
      if (!(await accept(tx, known, found))) return null;
      const { service, mark } = known;
      await appendNotice(tx, {
        ...{ action: 'service.went-back', reason },
        ...{ before: { service, mark }, after: { service, mark: found } },
      });
      return dueSince(tx, uuidv7(), since);
    });
  }

  /**
   * Notes that the ledger was put back: a service has a mark that this ledger has never made. What every service has
   * seen is walked through, and the marks that they have are taken as they are.
   * @param present the services that take part
   * @returns whether no other process has noticed it before
   */
  ledgerWentBack(
    service: string,
    known: KnownMarks | null,
    found: Mark,
    present: readonly string[],
  ): Promise<boolean> {
    return this.database.statements(async (tx) => {
      if (!known)
        await tx.query('insert into service_marks (service) values ($1) on conflict do nothing', [service]);
      const before = known ?? { service, mark: null, next: null, highest: '0', adopts: false };
      if (!(await accept(tx, before, found))) return false;
      const marked = await this.adoptOthers(tx, service, present);
      await beginWalks(tx, uuidv7(), [service, ...marked]);
      await appendNotice(tx, {
        ...{ action: 'ledger.went-back', reason: `${service} has a mark that this ledger has never made.` },
        ...{ before: { service, mark: before.mark }, after: { service, mark: found } },
      });
      return true;
    });
  }

  /** The application's own services keep marks, of whichever the ledger has forgotten the row. @returns those and all that have one */
  private async adoptOthers(tx: Statements, service: string, present: readonly string[]): Promise<string[]> {
    await tx.query('insert into service_marks (service) select unnest($1::text[]) on conflict do nothing', [
      this.catalogue.ownServices,
    ]);
    const rows = await tx.query<{ service: string }>(
      `update service_marks set adopts = true, highest = highest + 1
       where service <> $1 and service = any($2) returning service`,
      [service, present],
    );
    return rows.map((row) => row.service);
  }
}

/**
 * Takes what was found for the service's mark. A next one that is later stays: it may be on the wire, and the service
 * would have a mark that the ledger does not know.
 * @returns whether nothing was done to the row since it was read
 */
async function accept(ledger: Statements, known: KnownMarks, found: Mark | null): Promise<boolean> {
  const rows = await ledger.query<unknown>(
    `update service_marks set number = $3::bigint, token = $4::uuid, at = $5::timestamptz,
       next_number = case when ${IS_LATER} then next_number end, next_token = case when ${IS_LATER} then next_token end,
       next_at = case when ${IS_LATER} then next_at end,
       adopts = false, kept_at = now(), highest = greatest(highest, coalesce($3::bigint, 0)) + 1
     where service = $1 and highest = $2 returning 1`,
    [known.service, known.highest, found?.number ?? null, found?.token ?? null, found?.at ?? null],
  );
  return rows.length > 0;
}

function one(rows: MarksRow[]): KnownMarks | null {
  const [row] = rows;
  if (!row) return null;
  return {
    ...{ service: row.service, highest: row.highest, adopts: row.adopts },
    mark: markOf(row.number, row.token, row.at),
    next: markOf(row.next_number, row.next_token, row.next_at),
  };
}

function markOf(number: string | null, token: string, at: Date): Mark | null {
  return number === null ? null : { number: Number(number), token, at: at.toISOString() };
}
