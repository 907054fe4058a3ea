import { Logger } from '@nestjs/common';
import { inTime } from '../process/in-time.js';
import type { Statements } from './transaction.js';

/** Milliseconds for which an answer holds: whoever asks how often, the database is asked once a second. */
const HOLDS_MS = 1000;

/** Milliseconds for a proof, the wait for a connection included; a write that takes longer is answered 503 as well. */
const PROVE_WITHIN_MS = 2000;

/**
 * A commit that is written to the log and copied to the standbys as every other, and leaves no row behind: it fails on
 * a standby, a full disk, and where the log does not get on. What only the rights or a setting would refuse is asked
 * for beside it. A write to a table would need one that all processes share, and leave a dead row each second.
 */
const PROVE = `/* ready.prove */
  select pg_logical_emit_message(true, 'turnpike.ready', '') is not null
     and not current_setting('transaction_read_only')::boolean
     and coalesce(bool_and(has_table_privilege(name, 'select') and has_table_privilege(name, 'insert')
       and has_table_privilege(name, 'update')), true) as proven
  from unnest($1::text[]) as tables (name)`;

/** Proves that a write would be carried out now. */
export class WriteProof {
  private readonly logger = new Logger(WriteProof.name);
  private asked: { holds: Promise<boolean>; at: number } | null = null;
  /** Commits that hang keep their connections: with a new proof each second they would soon have all of the pool. */
  private isUnanswered = false;
  private complaint: string | null = null;

  /** @param tables those that have to be writable */
  constructor(
    private readonly statements: Statements,
    private readonly tables: () => readonly string[],
  ) {}

  holds(): Promise<boolean> {
    const now = performance.now();
    const isOver = now - (this.asked?.at ?? -Infinity) >= HOLDS_MS;
    if (!this.asked || (isOver && !this.isUnanswered)) this.asked = { holds: this.prove(), at: now };
    return this.asked.holds;
  }

  /** Called when a statement found the database away: that it was there a moment ago says nothing any more. */
  doubt(): void {
    if (this.complaint === null && this.asked) this.asked.at = -Infinity;
  }

  private async prove(): Promise<boolean> {
    const complaint = await this.complain();
    if (complaint !== this.complaint) this.tell(complaint);
    this.complaint = complaint;
    return complaint === null;
  }

  private async complain(): Promise<string | null> {
    try {
      const [row] = await inTime(this.ask(), PROVE_WITHIN_MS, tooLate);
      return row!.proven ? null : 'the server is read-only, or rights to a table are missing';
    } catch (error) {
      return (error as Error).message;
    }
  }

  private async ask(): Promise<{ proven: boolean }[]> {
    this.isUnanswered = true;
    try {
      return await this.statements.query(PROVE, [this.tables()]);
    } finally {
      this.isUnanswered = false;
    }
  }

  private tell(complaint: string | null): void {
    if (complaint) this.logger.warn(`Writes to the database would fail: ${complaint}`);
    else this.logger.log('The database takes writes again.');
  }
}

function tooLate(): Error {
  return new Error(`no answer in ${PROVE_WITHIN_MS} ms`);
}
