import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { problemBody } from '@turnpike/protocol';
import type { ServiceTokenSigner } from '@turnpike/service';
import axios from 'axios';
import type { GatewayConfig } from '../config.js';
import { Breakers } from './circuit-breakers.js';
import { Services, type StepContext } from './service-client.js';
import { keptConnections } from './http-adapter.js';

const MIB = 2 ** 20;

const CONTEXT: StepContext = {
  ...{ service: 'ordering', hasUsers: false },
  ...{ key: 'operation/ordering.place', userId: 'user', fence: { seq: 1, epoch: 1 } },
  ...{ beside: false, ifMatch: null, traceparent: null, signal: new AbortController().signal },
};

describe('the answer of a service', () => {
  let server: Server;
  let services: Services;
  let answer: RequestListener;

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    server = createServer((request, response) => answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const ordering = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    services = new Services(
      { axiosRef: axios.create({ adapter: keptConnections(1) }) } as unknown as HttpService,
      { tokenFor: () => Promise.resolve('token') } as unknown as ServiceTokenSigner,
      new Breakers(),
      { services: { ordering }, run: { serviceTimeoutMs: 10_000 } } as unknown as GatewayConfig,
    );
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    const end = once(server, 'close');
    server.close().closeAllConnections();
    await end;
  });

  const answering = (status: number, body: object, headers: Record<string, string> = {}): void => {
    answer = (_request, response) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
  };

  it.each([
    ['a success', 200, { id: 'order' }, 'applied'],
    ['a refusal', 409, { code: 'order-state-conflict', status: 409 }, 'refused'],
    ['that its user is gone', 410, { code: 'user-deleted', status: 410 }, 'gone'],
  ])('to a step is final only if it is recorded: %s', async (_what, status, body, type) => {
    answering(status, body, { 'step-recorded': 'true' });
    expect(await services.apply('ordering.place', {}, CONTEXT)).toMatchObject({ type });
    for (const headers of [{}, { 'step-recorded': 'false' }, { 'step-recorded': '1' }]) {
      answering(status, body, headers as Record<string, string>);
      expect(await services.apply('ordering.place', {}, CONTEXT)).toMatchObject({ type: 'unknown' });
    }
  });

  it('that refuses a step has title and status as the problem is declared, whoever refuses with it', async () => {
    const body = { code: 'order-state-conflict', status: 400, title: 'No', detail: 'It is late.', by: 3 };
    answering(400, body, { 'step-recorded': 'true' });
    expect(await services.apply('ordering.place', {}, CONTEXT)).toMatchObject({
      type: 'refused',
      problem: problemBody('order-state-conflict', 'It is late.', { by: 3 }),
    });
  });

  it('of no address that a service may lack says that it has none, in whatever form', async () => {
    answer = (_request, response) => void response.writeHead(404).end('nothing');
    const call = { method: 'GET', path: '/internal/mark', quiet: true } as const;
    await expect(services.ask('ordering', { ...call, mayLack: true })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(services.ask('ordering', call)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is left when it has more than 64 MiB', async () => {
    let sent = 0;
    answer = (_request, response) => {
      const chunk = Buffer.alloc(MIB, ' ');
      const send = (): void => {
        for (; sent <= 80; sent += 1) if (!response.write(chunk)) return void response.once('drain', send);
        response.end('{}');
      };
      response.writeHead(200, { 'step-recorded': 'true' });
      send();
    };
    const call = { method: 'GET', path: '/internal/orders' } as const;
    await expect(services.ask('ordering', call)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await services.apply('ordering.place', {}, CONTEXT)).toMatchObject({
      type: 'unknown',
      failure: { code: 'ERR_BAD_RESPONSE' },
    });
  });
});
