import { Injectable } from '@nestjs/common';
import type { BreakerState, WorkerView } from '@turnpike/protocol';
import { Database } from '@turnpike/service';

/** What a gateway process says of itself. */
export interface ProcessReport {
  id: string;
  worker: boolean;
  since: Date;
  /** Writes that it carries out. */
  running: number;
  breakers: Partial<Record<string, BreakerState>>;
}

/** Seconds after which a process that says nothing is shown no more; by then its leases have run out, too. */
const GONE_AFTER_SECONDS = 60;

interface ProcessRow extends ProcessReport {
  lastSeen: Date;
}

/** The gateway processes that are alive. */
@Injectable()
export class Processes {
  constructor(private readonly database: Database) {}

  /** Takes the report in, and forgets who has been silent. */
  async report({ id, worker, since, running, breakers }: ProcessReport): Promise<void> {
    await this.database.query(
      `with gone as (delete from processes where last_seen < now() - $6 * interval '1 s' and id <> $1)
       insert into processes (id, worker, since, last_seen, running, breakers) values ($1, $2, $3, now(), $4, $5)
       on conflict (id) do update
         set last_seen = now(), running = excluded.running, breakers = excluded.breakers`,
      [id, worker, since, running, JSON.stringify(breakers), GONE_AFTER_SECONDS],
    );
  }

  /** A process that stops is not missed. */
  async leave(id: string): Promise<void> {
    await this.database.query('delete from processes where id = $1', [id]);
  }

  /** @returns the workers, and the breakers of all processes */
  async alive(): Promise<{ workers: WorkerView[]; breakers: ProcessReport['breakers'][] }> {
    const rows = await this.database.query<ProcessRow>(
      `select id, worker, since, last_seen as "lastSeen", running, breakers from processes
       where last_seen > now() - $1 * interval '1 s' order by since, id`,
      [GONE_AFTER_SECONDS],
    );
    return {
      workers: rows.filter(({ worker }) => worker).map(workerView),
      breakers: rows.map(({ breakers }) => breakers),
    };
  }
}

function workerView({ id, since, running, lastSeen }: ProcessRow): WorkerView {
  return { id, since: since.toISOString(), running, lastSeen: lastSeen.toISOString() };
}
