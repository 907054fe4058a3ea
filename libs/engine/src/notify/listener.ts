import type { Logger } from '@nestjs/common';
import { PATIENT, SessionClient } from '@turnpike/service';
import type { Notification } from 'pg';

/** Milliseconds between two attempts to listen again after the connection was lost. */
const RECONNECT_MS = 500;

/** Milliseconds to connect, and to take in what to listen to. */
const ANSWER_WITHIN_MS = 2000;

/** What to listen to, and whom to tell. */
export interface Listening {
  readonly connectionString: string;
  /** By which `pg_stat_activity` shows the connection. */
  readonly applicationName: string;
  readonly channels: readonly string[];
  /** Called for each notification. */
  readonly hear: (notification: Notification) => void;
  /** Called whenever the connection is new or lost: what was said while it was away is lost, so look. */
  readonly look: () => void;
  readonly logger: Logger;
}

/**
 * Listens to channels of the database over a connection of its own, and again after it was lost; one that leads nowhere
 * is found by its heartbeat. The pool's connections do not serve: a subscription is one session's, and the pool hands its sessions to anyone.
 */
export class Listener {
  private client: SessionClient | null = null;
  private stopped = false;

  constructor(private readonly listening: Listening) {}

  /** Until it is stopped. */
  async keepListening(): Promise<void> {
    while (!this.stopped) {
      await this.listen().catch((error: unknown) => this.warn('cannot listen', error));
      this.listening.look();
      if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client?.end();
  }

  /** Fulfilled when the connection has ended. */
  private async listen(): Promise<void> {
    const { connectionString, applicationName, channels, hear, look } = this.listening;
    const client = new SessionClient({
      connectionString,
      application_name: applicationName,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      session: PATIENT,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.warn('lost the connection', error));
    client.on('notification', hear);
    this.client = client;
    try {
      await client.connect();
      await client.query(channels.map((channel) => `listen ${client.escapeIdentifier(channel)}`).join('; '));
      look();
      await ended;
    } finally {
      // A standby lets everybody connect and nobody listen: each attempt would keep one of its connections.
      void client.end();
    }
  }

  private warn(what: string, error: unknown): void {
    if (this.stopped) return;
    const { applicationName, logger } = this.listening;
    logger.warn(`${applicationName} ${what}: ${(error as Error).message}`);
  }
}
