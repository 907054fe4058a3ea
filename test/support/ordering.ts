import { randomUUID } from 'node:crypto';
import type { OrderView, StepName } from '@turnpike/contracts';
import type { Pool, QueryResultRow } from 'pg';
import { createDatabases, type Databases, openPool } from './databases.js';
import { freePort } from './ports.js';
import { migrate, pause, SystemProcess } from './processes.js';
import { type ServiceAnswer, type ServiceCaller, startServiceCaller, tablesWith } from './service-caller.js';

const LOCKS_WITHIN_MS = 5000;
const POLL_MS = 5;

/** What a caller acts on; two answers to one key are the same in it. */
export type Answer = Pick<ServiceAnswer, 'status' | 'recorded' | 'body'>;

function answerOf({ status, recorded, body }: ServiceAnswer): Answer {
  return { status, recorded, body: body as unknown };
}

/** The built ordering service on a fresh database, with a gateway's key to call it and a look into its tables. */
export class Ordering {
  private constructor(
    readonly process: SystemProcess,
    readonly caller: ServiceCaller,
    private readonly databases: Databases,
    private readonly db: Pool,
  ) {}

  static async start(): Promise<Ordering> {
    const databases = await createDatabases('ordering');
    const port = String(await freePort());
    const settings = {
      PATH: process.env['PATH'] ?? '',
      ORDERING_PORT: port,
      ORDERING_DATABASE_URL: databases.urls['ordering']!,
      METRICS_PORT: String(await freePort()),
      LOG_LEVEL: 'warn',
    };
    await migrate('ordering', settings);
    const caller = await startServiceCaller('ordering');
    const env = { ...settings, GATEWAY_URL: caller.gatewayUrl };
    const started = new SystemProcess('ordering', `http://127.0.0.1:${port}`, env);
    const db = openPool(settings.ORDERING_DATABASE_URL);
    const ordering = new Ordering(started, caller, databases, db);
    await ordering.isReadyOrStops();
    return ordering;
  }

  get url(): string {
    return this.process.url;
  }

  get databaseUrl(): string {
    return this.databases.urls['ordering']!;
  }

  /** As by a loss of power: nothing of what it was doing is ended in order. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.exited;
  }

  async startAgain(): Promise<void> {
    this.process.start();
    await this.process.becomesReady();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.caller.stop();
    await this.db.end();
    await this.databases.drop();
  }

  async get(route: string): Promise<Answer> {
    return answerOf(await this.caller.get(this.url, route));
  }

  /** Where in the database one of these texts stands. */
  tablesWith(...texts: string[]): Promise<string[]> {
    return tablesWith((sql, ...parameters) => this.rows(sql, ...parameters), texts);
  }

  async rows<Row extends QueryResultRow>(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return (await this.db.query<Row>(sql, parameters)).rows;
  }

  /** What was done to an order, in the order in which it was done. */
  async historyOf(orderId: string): Promise<string[]> {
    const rows = await this.rows<{ step: string }>(
      'select step from order_changes where order_id = $1 order by id',
      orderId,
    );
    return rows.map(({ step }) => step);
  }

  /** Resolves when that many statements of the service wait for a lock. */
  async waitersForLocks(count: number): Promise<void> {
    const deadline = Date.now() + LOCKS_WITHIN_MS;
    while ((await this.waiting()) !== count) {
      if (Date.now() > deadline) throw new Error(`there were never ${count} statements that wait for a lock`);
      await pause(POLL_MS);
    }
  }

  /** Runs `work` while an order's row is locked: a step that touches it is in progress and cannot end. */
  whileLocked<Result>(orderId: string, work: () => Promise<Result>): Promise<Result> {
    return this.whileOpen('select 1 from orders where id = $1 for update', orderId, work);
  }

  /** Runs `work` between a statement about an order and its commit, in a transaction that is not the service's. */
  async whileOpen<Result>(sql: string, orderId: string, work: () => Promise<Result>): Promise<Result> {
    const client = await this.db.connect();
    try {
      await client.query('begin');
      await client.query(sql, [orderId]);
      return await work();
    } finally {
      await client.query('commit');
      client.release();
    }
  }

  /** What a failed start left open would keep jest from ending. */
  private async isReadyOrStops(): Promise<void> {
    try {
      await this.process.becomesReady();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async waiting(): Promise<number | undefined> {
    const [row] = await this.rows<{ waiting: number }>(
      `select count(*)::integer as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.waiting;
  }
}

export interface Claim {
  userId: string;
  operationId: string;
  seq: number;
  epoch: number;
}

/** The writes of one user, which take their turns as the gateway would send them. */
export class Lane {
  private seq = 0;

  constructor(
    private readonly ordering: Ordering,
    readonly userId: string = randomUUID(),
  ) {}

  /** The claim of this lane's next operation. */
  claim(): Claim {
    this.seq += 1;
    return { userId: this.userId, operationId: randomUUID(), seq: this.seq, epoch: 1 };
  }

  async send(claim: Claim, name: StepName, body: object = {}, ifMatch?: string): Promise<Answer> {
    return answerOf(await this.ordering.caller.step(this.ordering.url, name, { ...claim, body, ifMatch }));
  }

  async undo(claim: Claim, name: StepName): Promise<Answer> {
    return answerOf(await this.ordering.caller.undo(this.ordering.url, name, claim));
  }

  async settle(claim: Claim, name: StepName): Promise<Answer> {
    return answerOf(await this.ordering.caller.settle(this.ordering.url, name, claim));
  }

  /** Sends a step as an operation of its own. */
  step(name: StepName, body: object = {}, ifMatch?: string): Promise<Answer> {
    return this.send(this.claim(), name, body, ifMatch);
  }

  /** Places an order and takes it through those steps. @returns its id */
  async order(...steps: ('pay' | 'cancel' | 'ship' | 'deliver')[]): Promise<string> {
    const orderId = randomUUID();
    await this.applied('ordering.place', { orderId, lines: [LINE] });
    for (const action of steps) await this.applied(`ordering.${action}`, { orderId, ...BODIES[action] });
    return orderId;
  }

  async applied(name: StepName, body: object = {}): Promise<void> {
    const { status, body: answer } = await this.step(name, body);
    if (status !== 200) throw new Error(`${name}: ${status} ${JSON.stringify(answer)}`);
  }
}

/** @returns the lane of a new user, who has a customer. */
export async function newCustomer(ordering: Ordering, name = 'Ada Lovelace'): Promise<Lane> {
  const lane = new Lane(ordering);
  await lane.applied('ordering.create-customer', { name });
  return lane;
}

export const LINE = { sku: 'tea', name: 'Tea', quantity: 2, unitPrice: { amount: 450, currency: 'EUR' } };

/** What each action needs beside the order's id. */
export const BODIES = {
  change: { lines: [{ ...LINE, quantity: 3 }] },
  pay: { paymentReference: 'payment-1' },
  cancel: { reason: 'changed my mind' },
  ship: { trackingNumber: 'track-1' },
  deliver: {},
};

export async function orderOf(ordering: Ordering, id: string): Promise<OrderView> {
  return (await ordering.get(`/internal/orders/${id}`)).body as OrderView;
}
