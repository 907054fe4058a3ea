import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type AcknowledgeEvents, type DomainEvent, type DomainEvents, EVENTS_PATH } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { isRFC3339, isUUID } from 'class-validator';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import { Catalogue } from '../definitions/catalogue.js';
import { SystemWrites } from '../queue/internal-writes.js';
import { ReceivedEvents } from './received-events.js';
import { Services } from '../execution/service-client.js';

/*
 * Fetches what the services report: each event is written down once, those of a user in their order, and a change
 * that a service began by itself becomes a write in that user's lane, which makes the other services follow.
 *
 * An event is acknowledged only after both. If the process dies before the commit, it comes again and its write is
 * recognised by a key and an id made of the event's; if it dies after the commit, it comes again and is there
 * already. Each service has a loop of its own, and one process at a time does its work: what is wrong with one
 * service, or with one event, holds up no other.
 */

/** Milliseconds between two looks at a service that has no more events. */
const IDLE_MS = 500;

/** Events of one look. The transaction stays open while their writes are accepted, which takes milliseconds each. */
const PAGE = 100;

/** Milliseconds for an answer. */
const TIMEOUT_MS = 2000;

@Injectable()
export class EventInbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(EventInbox.name);
  private readonly stopped = new AbortController();
  private finished: Promise<unknown> = Promise.resolve();
  /** What is wrong with each service, so that it is said once. */
  private readonly troubles = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly received: ReceivedEvents,
    private readonly services: Services,
    private readonly writes: SystemWrites,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.begin();
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  private async begin(): Promise<void> {
    await this.database.start();
    const present = Object.keys(this.config.services);
    this.finished = Promise.all(present.map((service) => this.follow(service)));
  }

  /** Until the process stops. */
  private async follow(service: string): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const more = await this.round(service).catch((error: Error) => this.trouble(service, error.message));
      if (!more) await pause(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes one page of events over. @returns whether there are likely more */
  private async round(service: string): Promise<boolean> {
    const items = await this.oldest(service);
    const readable = items.filter(isReadable);
    if (readable.length > 0) {
      const taken = await this.received.takeTurn(service, (tx) => this.takeOver(tx, readable));
      if (taken === null) return false;
      await this.acknowledge(service, readable);
    }
    const unreadable = items.length - readable.length;
    if (unreadable > 0) return this.trouble(service, `${unreadable} of its events make no sense`);
    this.troubles.delete(service);
    return readable.length === PAGE;
  }

  /** Before the transaction, which must not wait for a service. A page that is old by then holds nothing unknown. */
  private async oldest(service: string): Promise<DomainEvent[]> {
    const { items } = await this.services.ask<DomainEvents>(service, {
      method: 'GET',
      path: EVENTS_PATH,
      query: { limit: PAGE },
      timeoutMs: TIMEOUT_MS,
      quiet: true,
    });
    return items;
  }

  private async takeOver(tx: Statements, events: readonly DomainEvent[]): Promise<true> {
    const unknown = await this.received.append(tx, events);
    for (const event of events) {
      if (unknown.has(event.id)) await this.submit(event);
    }
    return true;
  }

  /** A change that was a step of an operation needs no other: its saga has seen to the rest. */
  private async submit(event: DomainEvent): Promise<void> {
    const kind = this.catalogue.subject.follows[event.type];
    if (!kind || event.data.operationId !== null) return;
    const write = { kind, userId: event.subject, id: operationIdOf(event), key: `event ${event.id}` };
    // Never refused: it has happened, whatever the lane says.
    if (!(await this.writes.submit(write)))
      throw new Error(`the event ${event.id} found no place in its lane`);
  }

  private async acknowledge(service: string, events: readonly DomainEvent[]): Promise<void> {
    const body: AcknowledgeEvents = { ids: events.map(({ id }) => id) };
    const path = `${EVENTS_PATH}/acknowledge`;
    await this.services.ask(service, { method: 'POST', path, body, timeoutMs: TIMEOUT_MS, quiet: true });
  }

  private trouble(service: string, what: string): false {
    if (this.troubles.get(service) !== what) this.logger.warn(`The events of ${service} wait: ${what}`);
    this.troubles.set(service, what);
    return false;
  }
}

/** @returns the id of the operation that follows an event: the same each time, and of the event's time */
function operationIdOf({ id, time }: DomainEvent): string {
  const random = createHash('sha256').update(id).digest().subarray(0, 16);
  return uuidv7({ msecs: Date.parse(time), random });
}

/** What cannot be read stays with its service, unacknowledged, for somebody to look at. */
function isReadable({ id, subject, source, type, time, data }: DomainEvent): boolean {
  const operationId = data?.operationId;
  return (
    isUUID(id) &&
    isUUID(subject) &&
    typeof source === 'string' &&
    typeof type === 'string' &&
    isRFC3339(time) &&
    (operationId === null || isUUID(operationId))
  );
}
