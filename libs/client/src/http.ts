import { isProblem, refusalOf, type TurnpikeProblem, UnexpectedAnswer } from './problem.js';
import type { Session } from './session.js';

/** One request. */
export interface Call {
  method: string;
  /** With its parameters filled in, and the query. */
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Seconds for which the gateway is asked to wait with its answer. */
  waitSeconds?: number;
  /** Carried out as often as it arrives: sent again only where the gateway has turned it away unread. */
  counts?: boolean;
  /** Milliseconds for an answer, where it must come sooner than others. */
  answerWithinMs?: number;
  /** Sent as nobody: signing in needs no session, and a refresh must not ask for one. */
  anonymous?: boolean;
  signal?: AbortSignal;
}

/** An answer of success, or 304, read to its end. */
export interface Reply {
  status: number;
  headers: Headers;
  /** Undefined where there is none. */
  body: unknown;
}

export interface HttpOptions {
  baseUrl: string;
  fetch: typeof fetch;
  /** How often a request is sent again after a failure that passes. */
  retries: number;
}

/** Milliseconds for an answer, beside the time for which the gateway was asked to wait. */
const ANSWER_WITHIN_MS = 15_000;

/** Seconds: whoever is told to wait longer is told so, rather than left waiting. */
const LONGEST_WAIT_S = 30;

/** Milliseconds before the first and, at the most, before any repetition. */
const BACKOFF_MS = { first: 250, most: 10_000 };

/** Of something between gateway and client, which is away for a moment. */
const PASSING_STATUS = [429, 502, 503, 504];

/** What `fetch` rejects with where nothing answers, or not in time; by name, since a page has several `TypeError`s. */
const NO_ANSWER = ['TypeError', 'TimeoutError'];

/** Sends requests as the session's user. What fails and passes is tried again, unless the deed would be done twice. */
export class Http {
  constructor(
    private readonly options: HttpOptions,
    private readonly session: Pick<Session, 'userId' | 'accessToken' | 'renew'>,
  ) {}

  /** Whoever is signed in; null for nobody. */
  caller(): Promise<string | null> {
    return this.session.userId();
  }

  /** @throws TurnpikeProblem, UnexpectedAnswer, TypeError where nothing answers, or the reason of the caller's signal */
  async send(call: Call): Promise<Reply> {
    const userId = call.anonymous ? null : await this.caller();
    for (let failures = 0; ; failures += 1) {
      try {
        return await replyOf(await this.open({ ...call, signal: limitOf(call) }, userId));
      } catch (error) {
        call.signal?.throwIfAborted();
        const delay = maySendAgain(call, error) ? delayAfter(error, failures) : null;
        if (delay === null || failures >= this.options.retries) throw error;
        await pause(delay, call.signal);
      }
    }
  }

  /**
   * Once, for as long as the caller's signal allows, with the body still to be read. A token may be refused before its
   * time: the user's roles have changed, or a clock is wrong.
   * @param userId who asks, from the first attempt on: once somebody else is signed in, the same goes on as nobody's
   */
  async open(call: Call, userId: string | null): Promise<Response> {
    const { signal } = call;
    const token = userId === null ? null : await unlessAborted(this.session.accessToken(userId), signal);
    try {
      return await this.sendOnce(call, token);
    } catch (error) {
      const isRefused = userId !== null && token !== null && isProblem(error, 'unauthenticated');
      if (!isRefused) throw error;
      const renewed = await unlessAborted(this.session.renew({ userId, accessToken: token }), signal);
      if (renewed === null) throw error;
      return this.sendOnce(call, renewed);
    }
  }

  private async sendOnce(call: Call, token: string | null): Promise<Response> {
    const answer = await this.options.fetch(this.options.baseUrl + call.path, {
      method: call.method,
      headers: headersOf(call, token),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: call.signal,
      // Tokens say who asks; a cookie of the same origin belongs to somebody else's page.
      credentials: 'omit',
    });
    if (answer.ok || answer.status === 304) return answer;
    throw await refusalOf(answer);
  }
}

/** @throws UnexpectedAnswer where something else than the gateway says that all is well */
async function replyOf(answer: Response): Promise<Reply> {
  const { status, headers } = answer;
  const text = await answer.text();
  try {
    return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    throw new UnexpectedAnswer(status);
  }
}

function headersOf({ headers, body, waitSeconds }: Call, token: string | null): Record<string, string> {
  return {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(waitSeconds !== undefined && { prefer: `wait=${waitSeconds}` }),
    ...headers,
  };
}

function limitOf({ signal, waitSeconds = 0, answerWithinMs = ANSWER_WITHIN_MS }: Call): AbortSignal {
  const late = AbortSignal.timeout(answerWithinMs + waitSeconds * 1000);
  return signal ? AbortSignal.any([signal, late]) : late;
}

/** @returns milliseconds after which the same may succeed, or null where it will not */
export function delayAfter(error: unknown, failures: number): number | null {
  if (!passes(error)) return null;
  const isAnswer = isProblem(error) || error instanceof UnexpectedAnswer;
  const asked = isAnswer ? (error.retryAfter ?? 0) : 0;
  if (asked > LONGEST_WAIT_S) return null;
  return Math.max(asked * 1000, backoff(failures));
}

/** With jitter: clients that lost the same gateway must not come back all at once. */
export function backoff(failures: number): number {
  const longest = Math.min(BACKOFF_MS.first * 2 ** failures, BACKOFF_MS.most);
  return longest * (0.5 + Math.random() / 2);
}

function passes(error: unknown): boolean {
  // How an accepted write has ended is final, whatever its status.
  if (isProblem(error)) return error.operationId === null && isPassing(error);
  if (error instanceof UnexpectedAnswer) return PASSING_STATUS.includes(error.status);
  return NO_ANSWER.includes((error as Error).name);
}

/** Any failure but being turned away may come after the deed. */
function maySendAgain({ counts }: Call, error: unknown): boolean {
  return !counts || (isProblem(error) && error.status === 429);
}

function isPassing({ status }: TurnpikeProblem): boolean {
  return status === 429 || status === 503;
}

/** A session is renewed for all calls, so it goes on without one that is given up. */
async function unlessAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return work;
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort);
  // The signal may be that of a stream that is opened again and again.
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

/** @throws the signal's reason when it gives up */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
