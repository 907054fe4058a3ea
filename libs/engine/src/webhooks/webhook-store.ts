import { Injectable } from '@nestjs/common';
import {
  type DisabledBecause,
  encodeCursor,
  type Page,
  type PageQuery,
  type Webhook,
  type WebhookWithSecret,
} from '@turnpike/protocol';
import { Database, pageOf, type Statements } from '@turnpike/service';
import { appendSetting, type SettingChange } from '../audit/audit-entries.js';
import { decrypt, encrypt } from '../encryption/cipher.js';
import { type ClientKey, type Made, makeOnce } from '../ledger/statements/idempotency-keys.js';
import { ID, positionIn } from '../support/cursors.js';
import { RootKey } from '../encryption/root-key.js';

/*
 * Who is told of what, and with which secrets it is signed. Every change is in the audit trail from the same commit on.
 */

/** Hours in which a secret that was replaced still signs, so that receivers can change theirs in peace. */
const PREVIOUS_SIGNS_HOURS = 24;

/** Days without a single success after which a webhook is disabled: more than a long weekend. */
const FAILING_DAYS = 5;

interface WebhookRow extends Omit<
  Webhook,
  'failingSince' | 'previousSecretUntil' | 'createdAt' | 'updatedAt'
> {
  failingSince: Date | null;
  previousSecretUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** `w` is the webhook. */
const VIEW = `w.id, w.url, w.description, w.events, w.enabled, w.disabled_because as "disabledBecause",
  w.failing_since as "failingSince", w.created_at as "createdAt", w.updated_at as "updatedAt",
  case when w.previous_signs_until > now() then w.previous_signs_until end as "previousSecretUntil"`;

/** Who changes a webhook, and why. */
export interface ChangedBy {
  actorId: string;
  reason: string | null;
}

/** The same of what is made, which may be asked for again. */
export interface AskedBy extends ChangedBy {
  clientKey: ClientKey | null;
}

/** What of a webhook operators decide. */
export type WebhookSettings = Pick<Webhook, 'url' | 'description' | 'events' | 'enabled'>;

@Injectable()
export class Webhooks {
  constructor(
    private readonly database: Database,
    private readonly root: RootKey,
  ) {}

  /** Newest first. */
  page(query: PageQuery): Promise<Page<Webhook>> {
    return pageOf(query, {
      read: (cursor, count) =>
        this.database.query<WebhookRow>(
          `select ${VIEW} from webhooks w where $1::uuid is null or id < $1 order by id desc limit $2`,
          [positionIn(cursor, [ID])?.[0] ?? null, count],
        ),
      open: (rows) => rows.map(viewOf),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }

  async find(id: string): Promise<Webhook | null> {
    return find(this.database, id);
  }

  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'select count(*)::integer as count from webhooks',
    );
    return row!.count;
  }

  /** Makes a webhook, once for each key; asked for again it has the same secret. */
  create(
    id: string,
    { url, description, events }: Omit<WebhookSettings, 'enabled'>,
    secret: string,
    { clientKey, ...by }: AskedBy,
  ): Promise<Made<WebhookWithSecret>> {
    return this.once(id, { clientKey, ...by }, async (tx) => {
      await tx.query(
        'insert into webhooks (id, url, description, events, secret) values ($1, $2, $3, $4, $5)',
        [...[id, url, description, events], this.sealed(id, secret)],
      );
      await tell(tx, 'webhook.create', by, null, await find(tx, id));
    });
  }

  /** One that is enabled again forgets that it failed. @returns null where there is none */
  async change(id: string, wanted: Partial<WebhookSettings>, by: ChangedBy): Promise<Webhook | null> {
    return this.database.statements((tx) =>
      changed(tx, id, { ...by, action: 'webhook.change' }, async ({ enabled: wasEnabled, ...before }) => {
        const { url, description, events, enabled } = { ...before, enabled: wasEnabled, ...wanted };
        await tx.query(
          `update webhooks set url = $2, description = $3, events = $4, enabled = $5, updated_at = now(),
             disabled_because = case when $5 then null else coalesce(disabled_because, 'operator') end,
             failing_since = case when $5 and not enabled then null else failing_since end
           where id = $1`,
          [id, url, description, events, enabled],
        );
      }),
    );
  }

  /**
   * The new secret signs from now on, beside the one before it. Once for each key: a second rotation because the first
   * answer was lost would leave receivers with a secret that signs nothing any more.
   */
  rotate(id: string, secret: string, { clientKey, ...by }: AskedBy): Promise<Made<WebhookWithSecret>> {
    return this.once(id, { clientKey, ...by }, async (tx) => {
      await changed(tx, id, { ...by, action: 'webhook.rotate-secret' }, async () => {
        await tx.query(
          `update webhooks set previous_secret = secret, secret = $2, updated_at = now(),
             previous_signs_until = now() + $3 * interval '1 hour'
           where id = $1`,
          [id, this.sealed(id, secret), PREVIOUS_SIGNS_HOURS],
        );
      });
    });
  }

  /** What was recorded for it is forgotten bit by bit. @returns whether there was one */
  async remove(id: string, by: ChangedBy): Promise<boolean> {
    return this.database.statements(async (tx) => {
      const before = await find(tx, id, 'for update');
      if (!before) return false;
      await tx.query('delete from webhooks where id = $1', [id]);
      await tell(tx, 'webhook.delete', by, before, null);
      return true;
    });
  }

  /** Tells the trail of what changes no setting. */
  async tell(action: SettingChange['action'], id: string, by: ChangedBy, more: object = {}): Promise<void> {
    await appendSetting(this.database, { ...by, action, before: null, after: { webhookId: id, ...more } });
  }

  /** Whether secrets can be read yet. */
  get canSign(): boolean {
    return this.root.isOpen;
  }

  /** @returns the secrets that sign, the newest first, from the columns of the webhook of that id */
  secretsIn(id: string, sealed: readonly string[]): string[] {
    const key = this.root.for('webhookSecrets');
    return sealed.map((one) => decrypt(key, one, contextOf(id)).toString());
  }

  private sealed(id: string, secret: string): string {
    return encrypt(this.root.for('webhookSecrets'), Buffer.from(secret), contextOf(id));
  }

  private once(
    id: string,
    { clientKey, actorId }: AskedBy,
    make: (tx: Statements) => Promise<void>,
  ): Promise<Made<WebhookWithSecret>> {
    return this.database.statements((tx) =>
      makeOnce(tx, clientKey, {
        ...{ id, actorId, find: (known) => this.findWithSecret(tx, known) },
        make: async () => {
          await make(tx);
          return this.findWithSecret(tx, id);
        },
      }),
    );
  }

  private async findWithSecret(tx: Statements, id: string): Promise<WebhookWithSecret | null> {
    const webhook = await find(tx, id);
    if (!webhook) return null;
    const [row] = await tx.query<{ secret: string }>('select secret from webhooks where id = $1', [id]);
    return { ...webhook, secret: this.secretsIn(id, [row!.secret])[0]! };
  }
}

/** Changes a webhook under its lock, and tells the trail. @returns null where there is none */
async function changed(
  tx: Statements,
  id: string,
  { action, ...by }: ChangedBy & Pick<SettingChange, 'action'>,
  change: (before: Webhook) => Promise<void>,
): Promise<Webhook | null> {
  const before = await find(tx, id, 'for update');
  if (!before) return null;
  await change(before);
  const after = (await find(tx, id))!;
  await tell(tx, action, by, before, after);
  return after;
}

/** Notes that something was accepted. */
export async function noteSuccess(tx: Statements, id: string): Promise<void> {
  await tx.query('update webhooks set failing_since = null where id = $1 and failing_since is not null', [
    id,
  ]);
}

/**
 * Notes that something was not accepted, and disables a webhook whose receiver is gone, or has failed for days.
 * @returns whether it did
 */
export async function noteFailure(tx: Statements, id: string, isGone: boolean): Promise<boolean> {
  const rows = await tx.query<{ because: DisabledBecause | null }>(
    `update webhooks
     set failing_since = coalesce(failing_since, now()), enabled = over.because is null, disabled_because = over.because
     from (select case when $2 then 'gone'
         when failing_since < now() - $3 * interval '1 day' then 'failing' end as because
       from webhooks where id = $1) over
     where id = $1 and enabled and (failing_since is null or over.because is not null)
     returning over.because`,
    [id, isGone, FAILING_DAYS],
  );
  const because = rows[0]?.because ?? null;
  if (because === null) return false;
  await appendSetting(tx, {
    ...{ actorId: null, action: 'webhook.disable', reason: null },
    ...{ before: null, after: { webhookId: id, disabledBecause: because } },
  });
  return true;
}

async function find(ledger: Statements, id: string, lock: 'for update' | '' = ''): Promise<Webhook | null> {
  const [row] = await ledger.query<WebhookRow>(`select ${VIEW} from webhooks w where w.id = $1 ${lock}`, [
    id,
  ]);
  return row ? viewOf(row) : null;
}

function tell(
  tx: Statements,
  action: SettingChange['action'],
  by: ChangedBy,
  before: Webhook | null,
  after: Webhook | null,
): Promise<void> {
  return appendSetting(tx, { ...by, action, before: settingsOf(before), after: settingsOf(after) });
}

function settingsOf(webhook: Webhook | null): SettingChange['after'] {
  if (!webhook) return null;
  const { id, url, description, events, enabled } = webhook;
  return { webhookId: id, url, description, events, enabled };
}

function viewOf({ failingSince, previousSecretUntil, createdAt, updatedAt, ...row }: WebhookRow): Webhook {
  return {
    ...row,
    failingSince: failingSince?.toISOString() ?? null,
    previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function contextOf(id: string): string {
  return `secret of webhook ${id}`;
}
