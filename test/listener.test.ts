// The connection by which processes hear from the database, on PostgreSQL itself.
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { Listener } from '../libs/engine/src/notify/listener.js';
import { freePort } from './support/ports.js';
import { TcpProxy } from './support/proxy.js';
import { postgresUrl } from './support/servers.js';

describe('who listens', () => {
  let database: Client;
  let listener: Listener;
  let finished: Promise<void>;
  const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  /** What it was told, the newest last. */
  let told: string[];
  let wake: () => void;
  beforeEach(async () => {
    database = new Client({ connectionString: postgresUrl() });
    await database.connect();
    told = [];
    wake = () => undefined;
    warned.mockClear();
  });
  afterEach(async () => {
    await listener.stop();
    await finished;
    await database.end();
  });
  afterAll(() => jest.restoreAllMocks());

  function listen(channel: string, connectionString = postgresUrl()): string {
    const tell = (what: string): void => {
      told.push(what);
      wake();
    };
    const applicationName = `test-${randomUUID()}`;
    listener = new Listener({
      ...{ connectionString, applicationName, channels: [channel], logger: new Logger() },
      hear: ({ payload }) => tell(`heard ${payload}`),
      look: () => tell('look'),
    });
    finished = listener.keepListening();
    return applicationName;
  }

  async function untilTold(count: number): Promise<void> {
    while (told.length < count) await new Promise<void>((resolve) => (wake = resolve));
  }

  test('hears, looks when the connection is lost and when it is there again, and hears again', async () => {
    const channel = `channel_${randomUUID()}`;
    const notify = (payload: string): Promise<unknown> =>
      database.query('select pg_notify($1, $2)', [channel, payload]);
    const name = listen(channel);
    await untilTold(1);
    await notify('one');
    await untilTold(2);
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
      [name],
    );
    await untilTold(4);
    await notify('two');
    await untilTold(5);
    expect(told).toEqual(['look', 'heard one', 'look', 'look', 'heard two']);
    expect(warned).toHaveBeenCalled();
  });

  // As a standby does that is asked while the primary is replaced.
  test('keeps no connection on which it is not allowed to', async () => {
    const name = listen('');
    await untilTold(3);
    const { rows } = await database.query('select from pg_stat_activity where application_name = $1', [name]);
    expect(rows.length).toBeLessThan(2);
  });

  // The server's end of the connection lives on, and so does ours: nobody says that nothing arrives any more.
  test('finds within 10 s that its connection leads nowhere, and hears again', async () => {
    const proxy = await TcpProxy.to(postgresUrl(), await freePort()).up();
    const channel = `channel_${randomUUID()}`;
    listen(channel, proxy.through(postgresUrl()));
    await untilTold(1);
    proxy.forget();
    const begun = performance.now();
    await untilTold(3);
    expect(performance.now() - begun).toBeLessThan(10_000 + 3000);
    await database.query('select pg_notify($1, $2)', [channel, 'again']);
    await untilTold(4);
    expect(told).toEqual(['look', 'look', 'look', 'heard again']);
    await proxy.down();
  });
});
