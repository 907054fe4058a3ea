import { ArrayMaxSize, IsArray, IsUUID } from 'class-validator';

/** `GET /internal/events` of a service: what it has not been acknowledged yet, oldest first. */
export const EVENTS_PATH = '/internal/events';

/** The most events of one answer. */
export const EVENTS_PER_PAGE = 200;

/**
 * Something that happened in a service, as CloudEvents 1.0 in JSON. It carries no value of a row: who wants to
 * know more reads the source. A service gives each event at least once, those of one user in their order.
 */
export class DomainEvent {
  specversion: '1.0';
  id: string;
  /** `/identity` */
  source: string;
  /** `turnpike.user.deleted` */
  type: string;
  /** Whose lane it belongs to. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: DomainEventData;
}

export class DomainEventData {
  /** The operation whose step it was; null for a change that began in the service itself. */
  operationId: string | null;
}

export const EVENT_TYPE_PREFIX = 'turnpike.';

export class DomainEvents {
  items: DomainEvent[];
}

/** `POST /internal/events/acknowledge`: the gateway has them, the service may forget them. */
export class AcknowledgeEvents {
  @IsArray()
  @ArrayMaxSize(EVENTS_PER_PAGE)
  @IsUUID(undefined, { each: true })
  ids: string[];
}
