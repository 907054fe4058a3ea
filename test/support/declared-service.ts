import { randomUUID } from 'node:crypto';
import type { DeclaredStepBody } from '@turnpike/protocol';
import type { Pool, QueryResultRow } from 'pg';
import { createDatabases, type Databases, openPool } from './databases.js';
import { freePort } from './ports.js';
import { migrate, SystemProcess } from './processes.js';
import { type ServiceAnswer, type ServiceCaller, startServiceCaller, tablesWith } from './service-caller.js';

/** A built service that joins, on a fresh database, called as the gateway would. */
export class DeclaredService {
  private constructor(
    readonly process: SystemProcess,
    readonly caller: ServiceCaller,
    private readonly databases: Databases,
    private readonly db: Pool,
  ) {}

  /**
   * @param name its folder's, in examples or services
   * @param joined where it is to listen, and the gateway that calls it; left out, the test is the gateway
   */
  static async start(name: string, joined?: { port: number; gatewayUrl: string }): Promise<DeclaredService> {
    const variable = name.toUpperCase().replaceAll('-', '_');
    const database = name.replaceAll('-', '_');
    const databases = await createDatabases(database);
    const caller = await startServiceCaller(name);
    const port = String(joined?.port ?? (await freePort()));
    const env = {
      PATH: process.env['PATH'] ?? '',
      [`${variable}_PORT`]: port,
      [`${variable}_DATABASE_URL`]: databases.urls[database]!,
      METRICS_PORT: String(await freePort()),
      GATEWAY_URL: joined?.gatewayUrl ?? caller.gatewayUrl,
      LOG_LEVEL: 'warn',
    };
    await migrate(name, env);
    const started = new SystemProcess(name, `http://127.0.0.1:${port}`, env);
    const db = openPool(databases.urls[database]!);
    const service = new DeclaredService(started, caller, databases, db);
    await service.isReadyOrStops();
    return service;
  }

  get url(): string {
    return this.process.url;
  }

  get(path: string): Promise<ServiceAnswer> {
    return this.caller.get(this.url, path);
  }

  async rows<Row extends QueryResultRow>(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return (await this.db.query<Row>(sql, parameters)).rows;
  }

  /** Where in the database one of these texts stands. */
  tablesWith(...texts: string[]): Promise<string[]> {
    return tablesWith((sql, ...parameters) => this.rows(sql, ...parameters), texts);
  }

  /** The types of the events of a user that wait. */
  async eventsOf(userId: string): Promise<string[]> {
    return (await this.caller.events(this.url, userId)).map(({ type }) => type);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.caller.stop();
    await this.db.end();
    await this.databases.drop();
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
}

/** One operation of a lane, as far as a step is told of it. */
export interface Sent {
  kind: string;
  operationId: string;
  seq: number;
  epoch?: number;
  target?: DeclaredStepBody['operation']['target'];
  answers?: DeclaredStepBody['answers'];
}

/** The operations of one user, which take their turns as the gateway would send them. */
export class DeclaredLane {
  private seq = 0;

  constructor(
    private readonly service: DeclaredService,
    readonly userId: string = randomUUID(),
  ) {}

  /** The next operation of this lane. */
  operation(kind: string, more: Partial<Sent> = {}): Sent {
    this.seq += 1;
    return { kind, operationId: randomUUID(), seq: this.seq, ...more };
  }

  send(operation: Sent, step: string, input: object = {}, ifMatch?: string): Promise<ServiceAnswer> {
    const { caller, url } = this.service;
    return caller.step(url, step, {
      ...this.placeOf(operation),
      body: this.bodyOf(operation, input),
      ifMatch,
    });
  }

  undo(operation: Sent, step: string): Promise<ServiceAnswer> {
    return this.service.caller.undo(this.service.url, step, { ...this.placeOf(operation), body: {} });
  }

  settle(operation: Sent, step: string): Promise<ServiceAnswer> {
    return this.service.caller.settle(this.service.url, step, this.placeOf(operation));
  }

  /** Sends a step of an operation of its own. */
  step(kind: string, step: string, input: object = {}, more: Partial<Sent> = {}): Promise<ServiceAnswer> {
    return this.send(this.operation(kind, more), step, input);
  }

  private placeOf({ operationId, seq, epoch = 1 }: Sent) {
    return { userId: this.userId, operationId, seq, epoch };
  }

  private bodyOf(
    { kind, operationId: id, seq, target, answers = {} }: Sent,
    input: object,
  ): DeclaredStepBody {
    const { userId } = this;
    const operation = {
      id,
      kind,
      userId,
      actorId: userId,
      seq,
      target: target ?? { type: 'user', id: userId },
    };
    return { operation, input: { ...input }, answers };
  }
}
