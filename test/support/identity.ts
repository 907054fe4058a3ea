import { randomUUID } from 'node:crypto';
import type { SessionView } from '@turnpike/protocol';
import type { StepName } from '@turnpike/contracts';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createDatabases, type Databases, openPool } from './databases.js';
import { freePort } from './ports.js';
import { migrate, pause, SystemProcess } from './processes.js';
import {
  type ServiceAnswer,
  type ServiceCaller,
  startServiceCaller,
  type StepOf,
  tablesWith,
} from './service-caller.js';

const LOCKS_WITHIN_MS = 5000;
const POLL_MS = 5;

/** What a caller acts on; two answers to one key are the same in it. */
export type Answer = Pick<ServiceAnswer, 'status' | 'recorded' | 'body'>;

/** The built identity service on a fresh database, with a gateway's key to call it and a look into its tables. */
export class Identity {
  /** Everything that it ever answered. */
  readonly said: string[] = [];

  private constructor(
    readonly process: SystemProcess,
    readonly caller: ServiceCaller,
    private readonly databases: Databases,
    private readonly db: Pool,
  ) {}

  static async start(): Promise<Identity> {
    const databases = await createDatabases('identity');
    const caller = await startServiceCaller('identity');
    const port = String(await freePort());
    const env = {
      PATH: process.env['PATH'] ?? '',
      IDENTITY_PORT: port,
      IDENTITY_DATABASE_URL: databases.urls['identity']!,
      METRICS_PORT: String(await freePort()),
      GATEWAY_URL: caller.gatewayUrl,
      LOG_LEVEL: 'trace',
    };
    await migrate('identity', env);
    const started = new SystemProcess('identity', `http://127.0.0.1:${port}`, env);
    await started.becomesReady();
    return new Identity(started, caller, databases, openPool(env.IDENTITY_DATABASE_URL));
  }

  get url(): string {
    return this.process.url;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.caller.stop();
    await this.db.end();
    await this.databases.drop();
  }

  step(name: StepName, step: StepOf): Promise<Answer> {
    return this.heard(this.caller.step(this.url, name, step));
  }

  undo(name: StepName, step: StepOf & { operationId: string }): Promise<Answer> {
    return this.heard(this.caller.undo(this.url, name, step));
  }

  settle(name: StepName, step: StepOf & { operationId: string }): Promise<Answer> {
    return this.heard(this.caller.settle(this.url, name, step));
  }

  get(path: string): Promise<Answer> {
    return this.heard(this.caller.get(this.url, path));
  }

  post(path: string, body: object): Promise<Answer> {
    return this.heard(this.caller.post(this.url, path, body));
  }

  patch(path: string, body: object): Promise<Answer> {
    return this.heard(this.caller.patch(this.url, path, body));
  }

  delete(path: string): Promise<Answer> {
    return this.heard(this.caller.delete(this.url, path));
  }

  /** The events of that user which wait, by what they tell. */
  async told({ userId }: Person): Promise<{ type: string; operationId: string | null }[]> {
    const events = await this.caller.events(this.url, userId);
    return events.map(({ type, data }) => ({ type, operationId: data.operationId }));
  }

  /** Where in the database one of these texts stands. */
  tablesWith(...texts: string[]): Promise<string[]> {
    return tablesWith((sql, ...parameters) => this.rows(sql, ...parameters), texts);
  }

  async isTombstoned({ userId }: Person): Promise<boolean> {
    const sql = 'select tombstoned_at is not null as is from fences where user_id = $1';
    const [row] = await this.rows<{ is: boolean }>(sql, userId);
    return row?.is ?? false;
  }

  async rows<Row extends QueryResultRow>(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return (await this.db.query<Row>(sql, parameters)).rows;
  }

  /** Runs `work` in a transaction of the test's own, beside the service. */
  async transaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.db.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  /** Resolves when a statement of the service waits for a lock. */
  async waitsForLock(): Promise<void> {
    const deadline = Date.now() + LOCKS_WITHIN_MS;
    const waiting = `select 1 from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await this.rows(waiting)).length === 0) {
      if (Date.now() > deadline) throw new Error('no statement ever waited for a lock');
      await pause(POLL_MS);
    }
  }

  private async heard(answer: Promise<ServiceAnswer>): Promise<Answer> {
    const { status, recorded, body } = await answer;
    this.said.push(JSON.stringify(body));
    return { status, recorded, body };
  }
}

let people = 0;

/** One user and the lane of the user's writes, which take their turns as the gateway would send them. */
export class Person {
  readonly userId: string = uuidv7();
  readonly email = `person-${++people}@example.com`;
  password = `Secret phrase ${randomUUID()}`;
  credentialId: string;
  private seq = 0;

  constructor(private readonly identity: Identity) {}

  /** A claim of the next operation of the lane. */
  claim(): Required<Pick<StepOf, 'userId' | 'operationId' | 'seq' | 'epoch'>> {
    return { userId: this.userId, operationId: randomUUID(), seq: ++this.seq, epoch: 1 };
  }

  step(name: StepName, body: object = {}, ifMatch?: string): Promise<Answer> {
    return this.identity.step(name, { ...this.claim(), body, ifMatch });
  }

  async prepareCredential(): Promise<void> {
    const { body } = await this.identity.post('/internal/credentials', { password: this.password });
    this.credentialId = body.credentialId;
  }

  get registration(): object {
    const { email, credentialId } = this;
    return { email, firstName: 'Ada', lastName: 'Lovelace', credentialId, roles: [] };
  }

  async signIn(): Promise<SessionView> {
    const { email, password } = this;
    const answer = await this.identity.post('/internal/sessions', { email, password });
    if (answer.status !== 201) throw new Error(`signing in was answered with ${answer.status}`);
    return answer.body;
  }

  async view(): Promise<Answer['body']> {
    return (await this.identity.get(`/internal/users/${this.userId}`)).body;
  }
}

/** @returns a person with a credential, not registered yet. */
export async function newPerson(identity: Identity): Promise<Person> {
  const person = new Person(identity);
  await person.prepareCredential();
  return person;
}

/** @returns a person who is registered. */
export async function newUser(identity: Identity): Promise<Person> {
  const person = await newPerson(identity);
  const answer = await person.step('identity.register', person.registration);
  if (answer.status !== 200) throw new Error(`registering was answered with ${answer.status}`);
  return person;
}

/** @returns the session that an access token belongs to. */
export function sidOf({ accessToken }: SessionView): string {
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()) as {
    sid: string;
  };
  return claims.sid;
}

/** @returns the sessions that ended in the last minutes. */
export async function revokedSessions(identity: Identity, minutes = 5): Promise<string[]> {
  const since = new Date(Date.now() - minutes * 60_000).toISOString();
  return (await identity.get(`/internal/sessions/revoked?since=${since}`)).body.revoked;
}
