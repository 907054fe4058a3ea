import { Injectable } from '@nestjs/common';
import {
  type AuditEntry,
  type AuditQuery,
  encodeCursor,
  type Page,
  ROUTINE_READS,
  VOCABULARY,
} from '@turnpike/protocol';
import { Database, pageOf } from '@turnpike/service';
import { appendIntervention, type Intervention } from './audit-entries.js';
import { positionIn } from '../support/cursors.js';
import { type SealedAt, Seals, type Stored } from '../encryption/payload-encryption.js';

interface AuditRow {
  id: string;
  at: Date;
  actor_id: string | null;
  action: string;
  user_id: string | null;
  operation_id: string | null;
  reason: string | null;
  before: Stored | null;
  after: Stored | null;
}

/** The audit trail from outside the ledger's own transactions. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly seals: Seals,
  ) {}

  /** Tells what an operator has done, where the change itself is committed already. */
  async append(done: Intervention): Promise<void> {
    await appendIntervention(this.database, done);
  }

  /** @returns the entry of that id, or null */
  async find(id: string): Promise<AuditEntry | null> {
    if (!POSITION.test(id)) return null;
    const [row] = await this.database.query<AuditRow>(`select ${ENTRY} from audit where id = $1`, [id]);
    return row ? this.entryOf(row) : null;
  }

  /** Newest first. */
  page(query: AuditQuery): Promise<Page<AuditEntry>> {
    return pageOf(query, {
      read: (cursor, count) => this.read(query, cursor, count),
      open: (rows) => Promise.all(rows.map((row) => this.entryOf(row))),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }

  private read(query: AuditQuery, cursor: string | undefined, count: number): Promise<AuditRow[]> {
    const { userId, actorId, action } = query;
    const position = positionIn(cursor, [POSITION])?.[0] ?? null;
    return this.database.query<AuditRow>(
      `select ${ENTRY} from audit
       where ($1::uuid is null or user_id = $1)
         -- Each part has its index.
         and ($2::uuid is null or user_id = $2 and actor_id = $2 or actor_id <> user_id and actor_id = $2
           or user_id is null and actor_id = $2)
         and ($3::text is null or action = $3) and ($4::bigint is null or id < $4)
         and action <> all($6)
       order by id desc limit $5`,
      [userId ?? null, actorId ?? null, action ?? null, position, count, unlisted(query)],
    );
  }

  /** What operations have changed is sealed with their ids; settings are plain. */
  private async entryOf(row: AuditRow): Promise<AuditEntry> {
    const open = (field: SealedAt['field'], stored: Stored | null): Promise<AuditEntry['before']> =>
      this.seals.open({ userId: row.user_id ?? '', operationId: row.operation_id ?? '', field }, stored);
    return {
      id: row.id,
      at: row.at.toISOString(),
      actorId: row.actor_id,
      action: row.action,
      userId: row.user_id,
      operationId: row.operation_id,
      reason: row.reason,
      before: await open('before', row.before),
      after: await open('after', row.after),
    };
  }
}

const ENTRY = 'id, at, actor_id, action, user_id, operation_id, reason, before, after';

/** A bigint has 19 digits at most; 18 are more than a trail can have entries. */
const POSITION = /^\d{1,18}$/;

/** @returns the actions that a list leaves out */
function unlisted({ action, reads }: AuditQuery): readonly string[] {
  if (action !== undefined || reads === 'true') return [];
  return reads === 'false' ? [...VOCABULARY.reads, ...ROUTINE_READS] : ROUTINE_READS;
}
