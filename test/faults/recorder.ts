// Fills a history: a client that writes down what it asks and is told, and readers of what really happened.
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Stored } from '../../libs/engine/src/encryption/payload-encryption.js';
import { type Answer, api } from '../support/client.js';
import { keysOf } from '../support/keys.js';
import { pause } from '../support/processes.js';
import type { System } from '../support/system.js';
import type { Effect, History, LedgerRow, RecordedWrite, Sighting, StepRecord } from './history.js';

export interface Sender {
  id: string;
  token: string;
}

export type Method = 'post' | 'patch' | 'put' | 'delete';

export interface Request {
  method: Method;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Milliseconds before a client repeats a request that had no answer. */
const REPEAT_MS = 50;

/** A client must not wait for ever for a gateway that was killed behind a proxy. */
const REPEATS_WITHIN_MS = 60_000;

export class Recorder {
  readonly writes: RecordedWrite[] = [];
  readonly sightings: Sighting[] = [];

  /** Sends a write once. @returns null if no answer came */
  async send(
    url: string,
    user: Sender,
    { method, path, body, headers = {} }: Request,
    key: string | null = null,
  ): Promise<Answer | null> {
    const client = api(url, user.token);
    const all = key === null ? headers : { ...headers, 'idempotency-key': key };
    const sentAt = performance.now();
    const answer = await (
      method === 'delete' ? client.delete(path, all) : client[method](path, body, all)
    ).catch(() => null);
    const answeredAt = answer && performance.now();
    const operationId = answer && operationOf(answer);
    this.writes.push({
      userId: user.id,
      key,
      sentAt,
      answeredAt,
      status: answer?.status ?? null,
      operationId,
    });
    if (answer?.status === 202) this.see(answer.body as { id: string; state: string }, sentAt, answeredAt!);
    return answer;
  }

  /** Repeats a write with a key of its own, to whichever address is next, until there is an answer that counts. */
  async insist(urls: readonly string[], user: Sender, request: Request): Promise<Answer> {
    const key = randomUUID();
    const deadline = Date.now() + REPEATS_WITHIN_MS;
    for (let attempt = Math.floor(Math.random() * urls.length); ; attempt += 1) {
      const answer = await this.send(urls[attempt % urls.length]!, user, request, key);
      if (answer && answer.status < 500) return answer;
      if (Date.now() > deadline) throw new Error(`no answer: ${JSON.stringify(answer?.body)}`);
      await pause(REPEAT_MS);
    }
  }

  /** Looks at an operation as its owner. */
  async look(url: string, user: Sender, operationId: string): Promise<void> {
    const sentAt = performance.now();
    const answer = await api(url, user.token)
      .get<{ id: string; state: string }>(`/v1/operations/${operationId}`)
      .catch(() => null);
    if (answer?.status === 200) this.see(answer.body, sentAt, performance.now());
  }

  /** Everything together, once all operations have ended. */
  async history(system: System, faults: number): Promise<History> {
    const { gateway, identity, ordering } = system.databases;
    const users = await identity.query<{ id: string; state: string }>('select id, state from users');
    return {
      writes: this.writes,
      sightings: this.sightings,
      ledger: await ledgerOf(gateway),
      effects: await effectsOf(ordering),
      steps: [...(await stepsOf(identity)), ...(await stepsOf(ordering))],
      users: users.rows,
      faults,
    };
  }

  private see({ id, state }: { id: string; state: string }, sentAt: number, answeredAt: number): void {
    this.sightings.push({ operationId: id, state, sentAt, answeredAt });
  }
}

/** How often an operation was begun again: each time a fault had hit it in flight. */
export async function begunAgain(gateway: Pool): Promise<number> {
  const { rows } = await gateway.query<{ count: number }>(
    'select coalesce(sum(attempts - 1), 0)::integer as count from operations where attempts > 1',
  );
  return rows[0]!.count;
}

/** The operation that was accepted, whether the answer is 202 or what has become of it. */
function operationOf({ status, headers, body }: Answer): string | null {
  const ofOutcome = headers.get('operation-id');
  if (ofOutcome) return ofOutcome;
  return status === 202 ? (body as { id: string }).id : null;
}

async function ledgerOf(gateway: Pool): Promise<LedgerRow[]> {
  const { rows } = await gateway.query<Omit<LedgerRow, 'resultId'> & { result: Stored | null }>(
    `select id, user_id as "userId", seq, kind, state, target_id as "targetId", result,
       ${millisecondsOf('started_at')} as "startedAt", ${millisecondsOf('finished_at')} as "finishedAt"
     from operations`,
  );
  const { seals } = await keysOf(gateway);
  return Promise.all(
    rows.map(async ({ result, ...row }) => {
      const { userId, id: operationId } = row;
      const resource = await seals.open({ userId, operationId, field: 'result' }, result);
      return { ...row, resultId: (resource?.['id'] as string | undefined) ?? null };
    }),
  );
}

async function effectsOf(ordering: Pool): Promise<Effect[]> {
  const { rows } = await ordering.query<Effect>(
    `select user_id as "userId", seq, order_id as "orderId", step, ${millisecondsOf('at')} as at
     from order_changes order by id`,
  );
  return rows;
}

async function stepsOf(service: Pool): Promise<StepRecord[]> {
  const { rows } = await service.query<StepRecord>(
    `select split_part(key, '/', 1) as "operationId", substr(key, 38) as step, status from inbox`,
  );
  return rows;
}

/** Not as a Date, which has no microseconds: two operations of a lane may follow each other within one. */
function millisecondsOf(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}
