import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BESIDE_THE_LANE,
  type DomainEvent,
  type DomainEvents,
  EVENTS_PATH,
  HEADERS,
  stepKey,
  STEPS_PATH,
  undoKey,
} from '@turnpike/protocol';
import { formatFence, SERVICE_SIGNING_KEY, ServiceTokenSigner } from '@turnpike/service';

/** Where in which lane a step belongs; what is left out is a new operation, first in its lane, claimed once. */
export interface StepOf {
  userId: string;
  operationId?: string;
  seq?: number;
  epoch?: number;
  body?: object;
  ifMatch?: string;
  /** Whether its operation is carried out beside the lane. */
  beside?: boolean;
}

export interface ServiceAnswer {
  status: number;
  headers: Headers;
  /** The JSON of the answer, or null without one. */
  body: any;
  /** Whether it is marked as final. */
  recorded: boolean;
}

/** Stands in for the gateway: publishes its key and calls one service as the gateway would. */
export class ServiceCaller {
  private readonly signer = new ServiceTokenSigner(SERVICE_SIGNING_KEY.sample);
  private readonly keyServer: Server;

  constructor(private readonly audience: string) {
    this.keyServer = createServer((request, response) => {
      if (request.url !== '/.well-known/service-jwks.json') return void response.writeHead(404).end();
      void this.signer.jwks().then((jwks) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.keyServer.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.keyServer.closeAllConnections();
    await new Promise((resolve) => this.keyServer.close(resolve));
  }

  /** GATEWAY_URL of the service under test. */
  get gatewayUrl(): string {
    return `http://127.0.0.1:${(this.keyServer.address() as AddressInfo).port}`;
  }

  step(baseUrl: string, name: string, step: StepOf): Promise<ServiceAnswer> {
    const key = stepKey(step.operationId ?? randomUUID(), name);
    return this.send('POST', `${baseUrl}${STEPS_PATH}/${name}`, step.body, stepHeaders(key, step));
  }

  undo(baseUrl: string, name: string, step: StepOf & { operationId: string }): Promise<ServiceAnswer> {
    const key = undoKey(stepKey(step.operationId, name));
    return this.send('POST', `${baseUrl}${STEPS_PATH}/${name}/undo`, step.body, stepHeaders(key, step));
  }

  settle(baseUrl: string, name: string, step: StepOf & { operationId: string }): Promise<ServiceAnswer> {
    const key = stepKey(step.operationId, name);
    const body = { key, fence: fenceOf(step) };
    const headers = { [HEADERS.laneUser]: step.userId, ...orderOf(step) };
    return this.send('POST', `${baseUrl}${STEPS_PATH}/settle`, body, headers);
  }

  get(baseUrl: string, path: string, headers?: Record<string, string>): Promise<ServiceAnswer> {
    return this.send('GET', `${baseUrl}${path}`, undefined, headers);
  }

  post(baseUrl: string, path: string, body: object): Promise<ServiceAnswer> {
    return this.send('POST', `${baseUrl}${path}`, body);
  }

  put(baseUrl: string, path: string, body: object): Promise<ServiceAnswer> {
    return this.send('PUT', `${baseUrl}${path}`, body);
  }

  patch(baseUrl: string, path: string, body: object): Promise<ServiceAnswer> {
    return this.send('PATCH', `${baseUrl}${path}`, body);
  }

  delete(baseUrl: string, path: string): Promise<ServiceAnswer> {
    return this.send('DELETE', `${baseUrl}${path}`);
  }

  /** Every event that the service was not acknowledged yet, oldest first; `of` leaves those of one user. */
  async events(baseUrl: string, of?: string): Promise<DomainEvent[]> {
    const { body } = await this.get(baseUrl, EVENTS_PATH);
    const { items } = body as DomainEvents;
    return of === undefined ? items : items.filter(({ subject }) => subject === of);
  }

  acknowledge(baseUrl: string, events: readonly DomainEvent[]): Promise<ServiceAnswer> {
    return this.post(baseUrl, `${EVENTS_PATH}/acknowledge`, { ids: events.map(({ id }) => id) });
  }

  private async send(
    method: string,
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<ServiceAnswer> {
    const token = await this.signer.tokenFor(this.audience);
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    return answerOf(answer);
  }
}

/** @returns a caller of that service, whose tokens no other service accepts; stop it at the end. */
export async function startServiceCaller(audience: string): Promise<ServiceCaller> {
  const caller = new ServiceCaller(audience);
  await caller.start();
  return caller;
}

export async function answerOf(answer: Response): Promise<ServiceAnswer> {
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text ? (JSON.parse(text) as unknown) : null,
    recorded: answer.headers.get(HEADERS.stepRecorded) === 'true',
  };
}

function fenceOf({ seq = 1, epoch = 1 }: StepOf): string {
  return formatFence({ seq, epoch });
}

function stepHeaders(key: string, step: StepOf): Record<string, string> {
  return {
    [HEADERS.idempotencyKey]: key,
    [HEADERS.laneUser]: step.userId,
    [HEADERS.laneFence]: fenceOf(step),
    ...orderOf(step),
    ...(step.ifMatch && { [HEADERS.ifMatch]: step.ifMatch }),
  };
}

function orderOf({ beside = false }: StepOf): Record<string, string> {
  return beside ? { [HEADERS.laneOrder]: BESIDE_THE_LANE } : {};
}

/** @returns the tables of a service in any of whose rows one of these texts stands, in whatever column. */
export async function tablesWith(
  query: (sql: string, ...parameters: unknown[]) => Promise<{ name: string }[]>,
  texts: readonly string[],
): Promise<string[]> {
  const tables = await query(`select tablename as name from pg_tables where schemaname = 'public'`);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await query(
      `select '${name}' as name from "${name}" as r where exists (
         select from unnest($1::text[]) as t where position(lower(t) in lower(r::text)) > 0) limit 1`,
      texts,
    );
    if (rows.length > 0) found.push(name);
  }
  return found.sort();
}
