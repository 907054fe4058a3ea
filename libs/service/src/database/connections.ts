import { Client, type ClientConfig, Pool, type PoolClient, type PoolConfig } from 'pg';
import { FairQueue } from '../process/fair-queue.js';
import { isTracing } from '../process/tracing.js';
import { isSpoiled, Unreachable } from '../problems/transient-errors.js';
import { DURABLE, RELIED_ON, type SessionSettings } from './session-settings.js';
import { endSpan, ownNameOf, spanOfStatement } from './statement-spans.js';

/*
 * Connections to PostgreSQL: what each sees to by itself, and in which order those who need one get it.
 */

export interface SessionConfig extends ClientConfig {
  session?: SessionSettings;
  /**
   * Whether each statement with parameters is prepared the first time and only named from then on (no): what PostgreSQL
   * does for a small statement is mostly to parse and plan it. A statement must list its columns then: a prepared
   * `select *` fails on connections from before a migration.
   */
  prepares?: boolean;
}

/**
 * So many different statements of a process are prepared. A program has fewer of its own; what it builds from
 * lists of any length is not worth remembering.
 */
const MAX_PREPARED = 500;

const names = new Map<unknown, string>();
const taken = new Set<string>();

/** @returns a name for a statement, the same in all connections of the process; none where there are too many */
function nameOf(sql: unknown): string | undefined {
  const known = names.get(sql);
  if (known || names.size === MAX_PREPARED || typeof sql !== 'string') return known;
  const own = ownNameOf(sql);
  // Two statements of one name fail on every connection that has prepared the other.
  const name = own !== undefined && !taken.has(own) ? own : `statement ${names.size}`;
  names.set(sql, name);
  taken.add(name);
  return name;
}

const READ_ONLY = `pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "readOnly"`;

/** Milliseconds for the settings of a new session. A pool that waits for a connection is less patient. */
const SETTLE_MS = 2000;

/** Milliseconds between two moments at which a connection that waits for no answer is asked for a sign of life. */
const BEAT_MS = 3000;

/** Milliseconds for the sign of life: with BEAT_MS a connection that leads nowhere is found within 6 s. */
const SILENT_MS = 3000;

/** Milliseconds for an orderly end: the peer of a connection that leads nowhere never takes part in it. */
const GOODBYE_MS = 1000;

/** Milliseconds until the system's own probes begin, for a statement that may last: the beat waits for its answer. */
const KEEP_ALIVE_MS = 10_000;

interface Mode {
  readOnly: boolean;
}

type Connected = ((error: Error) => void) | ((error: null, client: Client) => void);
type Callback = (error: Error | null, result?: unknown) => void;
type Answered = (error: Error | null) => void;

/**
 * A connection that sets what it relies on, leads to a server that can be written to, notices by itself when it leads
 * nowhere any more, and is never used again after an error that leaves its state in doubt. A server that turned
 * read-only is left, reads too: what a standby says may be old, and would let in whoever was deleted.
 */
export class SessionClient extends Client {
  private readonly settings: SessionSettings;
  private readonly prepares: boolean;
  private unanswered = 0;
  private discarded = false;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(config: SessionConfig = {}) {
    super({ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS, ...config });
    this.settings = { ...RELIED_ON, ...config.session };
    this.prepares = config.prepares ?? false;
    this.query = this.ask.bind(this) as Client['query'];
    // Whoever waits for an answer is told by it. An event that nobody hears would end the process.
    this.on('error', () => undefined);
    this.once('end', () => clearInterval(this.heartbeat));
  }

  override connect(): Promise<Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<Client> | void {
    const begun = this.begin();
    if (!callback) return begun;
    const tell = callback as Callback;
    begun.then(() => tell(null, this), tell);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    clearInterval(this.heartbeat);
    setTimeout(() => this.connection.stream.destroy(), GOODBYE_MS).unref();
    return callback ? super.end(callback) : super.end();
  }

  /** @returns whether the connection can be given to another: every answer is in, and no transaction is open */
  get isClean(): boolean {
    return this.unanswered === 0 && this.getTransactionStatus() === 'I';
  }

  private async begin(): Promise<Client> {
    try {
      await super.connect();
      await this.settle();
    } catch (error) {
      this.discard(error as Error);
      throw new Unreachable(error as Error);
    }
    this.heartbeat = setInterval(() => this.beat(), BEAT_MS).unref();
    return this;
  }

  private async settle(): Promise<void> {
    const settings = Object.entries(this.settings).map(
      ([name, value]) =>
        `set_config(${this.escapeLiteral(name)}, ${this.escapeLiteral(String(value))}, false)`,
    );
    await this.refuseReadOnly(`select ${[...settings, DURABLE, READ_ONLY].join(', ')}`, SETTLE_MS);
  }

  private async refuseReadOnly(text: string, timeoutMs: number): Promise<void> {
    const query = { text, query_timeout: timeoutMs };
    const { rows } = await this.query<Mode>(query);
    if (!rows[0]!.readOnly) return;
    const refusal = new Error('the server is read-only');
    this.discard(refusal);
    throw refusal;
  }

  /** Asks for a sign of life, unless an answer is due anyway: that has a time limit of its own. */
  private beat(): void {
    if (!this.isClean) return;
    this.refuseReadOnly(`select ${READ_ONLY}`, SILENT_MS).catch(() => undefined);
  }

  /** Ends the connection at once, and tells whoever holds it. */
  private discard(reason: Error): void {
    if (this.discarded) return;
    this.discarded = true;
    void this.end();
    this.connection.stream.destroy();
    this.emit('error', reason);
  }

  /** What every statement goes through, whoever sends it: it is named, has a span, and its answer is waited for. */
  private ask(text: unknown, values?: unknown, callback?: Callback): unknown {
    const name = this.prepares && Array.isArray(values) ? nameOf(text) : undefined;
    const [query, others] = name ? [{ name, text, values }, undefined] : [text, values];
    const answered = this.awaitAnswer(text);
    const { query: send } = Client.prototype as unknown as { query: (...query: unknown[]) => unknown };
    if (callback) {
      return send.call(this, query, others, (error: Error | null, result: unknown) => {
        answered(error);
        callback(error, result);
      });
    }
    const answer = send.call(this, query, others) as Promise<unknown>;
    // Before the caller hears of it and gives the connection back.
    answer.then(() => answered(null), answered);
    return answer;
  }

  private awaitAnswer(text: unknown): Answered {
    const span = isTracing() && typeof text === 'string' ? spanOfStatement(this, text) : null;
    this.unanswered += 1;
    return (error) => {
      this.unanswered -= 1;
      if (span) endSpan(span, error);
      if (error && isSpoiled(error)) this.discard(error);
    };
  }
}

type Release = (error?: Error | boolean) => void;
type PoolCallback = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** The words of pg's own pool, by which transient-errors.ts knows it. */
const late = (): Error => new Error('timeout exceeded when trying to connect');

/**
 * A pool in which nobody waits behind the thousand requests of somebody else: what is done for one user or address has
 * at most a third of the connections, and the queues of all who wait take turns. What is done for all, as the batches
 * of the ledger, goes first.
 */
export class FairPool extends Pool {
  private readonly queue: FairQueue;
  private readonly leaves = new WeakMap<PoolClient, () => void>();
  private readonly patienceMs: number;

  constructor(config: PoolConfig & { max: number; connectionTimeoutMillis: number }) {
    super(config);
    this.patienceMs = config.connectionTimeoutMillis;
    const placesEach = Math.max(1, Math.floor(config.max / 3));
    this.queue = new FairQueue({ places: config.max, placesEach, patienceMs: this.patienceMs, late });
    this.on('release', (_error, client) => this.leaves.get(client)?.());
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: PoolCallback): void;
  override connect(callback?: PoolCallback): Promise<PoolClient> | void {
    if (!callback) return this.connected();
    const since = performance.now();
    this.queue.take().then(
      (leave) => {
        const waitedMs = performance.now() - since;
        this.connectWith(leave, waitedMs < 1 ? callback : inTime(callback, this.patienceMs - waitedMs));
      },
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }

  private connectWith(leave: () => void, callback: PoolCallback): void {
    super.connect((error, client, release) => {
      if (client) this.leaves.set(client, leave);
      else leave();
      callback(error, client, release);
    });
  }

  private connected(): Promise<PoolClient> {
    return new Promise((resolve, reject) =>
      this.connect((error, client) => (error ? reject(error) : resolve(client!))),
    );
  }
}

/** @returns the same, which is told after those milliseconds that there is no connection; one that comes later goes back */
function inTime(callback: PoolCallback, ms: number): PoolCallback {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    callback(late(), undefined, () => undefined);
  }, ms);
  return (error, client, release) => {
    clearTimeout(timer);
    if (!isLate) callback(error, client, release);
    else if (client) release();
  };
}
