import type { DeliveryError } from '@turnpike/protocol';
import { Agent, request } from 'undici';
import { type Addresses, AddressRefused } from './address-guard.js';

/** Milliseconds for an attempt, from the look-up of the name to the end of the answer. */
const TIMEOUT_MS = 10_000;

/** What of an answer's body is taken off the connection, unread; of a longer one the connection is closed. */
const MAX_ANSWER_BYTES = 1024;

/** What came of sending. */
export interface Answer {
  /** Null where there was no answer. */
  status: number | null;
  retryAfter: string | null;
  /** Null where it was accepted. */
  error: DeliveryError | null;
}

/** The process stops: nobody knows what would have come of it. */
export class Interrupted extends Error {}

/** Sends to receivers. No redirect is followed, no proxy of the environment asked, and nothing sent twice. */
export class Sender {
  private readonly agent: Agent;

  /** @param timeoutMs of one attempt */
  constructor(
    addresses: Addresses,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    this.agent = new Agent({ connect: addresses.connector });
  }

  /**
   * @param stopped when the process stops
   * @throws Interrupted then
   */
  async post(
    url: string,
    { headers, body }: { headers: Record<string, string>; body: string },
    stopped: AbortSignal,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const signal = AbortSignal.any([timeout, stopped]);
    try {
      const answer = await request(url, { method: 'POST', headers, body, signal, dispatcher: this.agent });
      // What the status says holds, whatever becomes of the body.
      await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
      const accepted = answer.statusCode >= 200 && answer.statusCode < 300;
      const [retryAfter = null] = [answer.headers['retry-after'] ?? []].flat();
      return { status: answer.statusCode, retryAfter, error: accepted ? null : 'status' };
    } catch (error) {
      if (stopped.aborted) throw new Interrupted();
      return { status: null, retryAfter: null, error: timeout.aborted ? 'timeout' : errorOf(error) };
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

function errorOf(error: unknown): DeliveryError {
  return error instanceof AddressRefused ? 'address-refused' : 'unreachable';
}
