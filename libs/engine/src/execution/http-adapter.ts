import { HEADERS } from '@turnpike/protocol';
import axios, {
  type AxiosAdapter,
  type AxiosResponse,
  AxiosError,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios';
import { type Dispatcher, Pool } from 'undici';

/** Connections to each service; at least as many as writes are in flight. */
const CONNECTIONS = 256;

/**
 * Milliseconds that an idle connection is kept, whatever the service offers. The network may forget one that is idle,
 * which the next call would find out by its whole time limit.
 */
const IDLE_MS = 5000;

/** Milliseconds for a new connection: one that takes longer would keep calls from others. */
const CONNECT_MS = 2000;

/**
 * Carries axios' calls on undici's kept connections, one call at a time on each. A call costs half of what it does
 * on Node's own client, and its time limit is one for all of it: connecting, sending, and the whole answer. Nothing
 * is sent twice and no redirect is followed. An answer that names another call is worth nothing, and neither is the
 * connection that it came on: the answers behind it would be taken for those of the calls to come. The status is the
 * caller's to judge.
 *
 * A call that gets no answer in time makes every connection to that service suspect: what forgot one has forgotten the
 * others, and each would cost a call its time limit. So the calls to come are sent on new ones, and the others end with
 * the calls that are on them.
 *
 * @param ca what services are verified with, as PEM; null for what comes with Node.js
 */
export function keptConnections(connections = CONNECTIONS, ca: string | null = null): AxiosAdapter {
  const options = {
    connections,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    connect: { timeout: CONNECT_MS, ...(ca !== null && { ca }) },
  };
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const pool = pools.get(origin) ?? new Pool(origin, options);
    pools.set(origin, pool);
    return pool;
  };
  const suspect = (origin: string, pool: Pool): void => {
    if (pools.get(origin) !== pool) return;
    pools.delete(origin);
    void pool.close();
  };
  return (config) => {
    const request = requestOf(config);
    const origin = String(request.origin);
    const pool = poolOf(origin);
    return new Promise((resolve, reject) => {
      pool.dispatch(request, new Call(config, resolve, reject, () => suspect(origin, pool)));
    });
  };
}

function requestOf(config: InternalAxiosRequestConfig): Dispatcher.DispatchOptions {
  const { origin, pathname } = new URL(`${config.baseURL ?? ''}${config.url ?? ''}`);
  return {
    origin,
    path: config.params ? axios.getUri({ url: pathname, params: config.params as unknown }) : pathname,
    method: config.method!.toUpperCase(),
    headers: config.headers.toJSON() as Record<string, string>,
    body: (config.data as string | undefined) ?? null,
  };
}

/** One call, from its being sent to the whole answer, or to the first thing that goes wrong. */
class Call implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly cancel = (): void => this.fail(new CanceledError(undefined, this.config));
  private controller: Dispatcher.DispatchController | null = null;
  private failure: Error | null = null;
  private head: Pick<AxiosResponse, 'status' | 'statusText' | 'headers'> | null = null;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    private readonly resolve: (response: AxiosResponse) => void,
    private readonly reject: (error: Error) => void,
    private readonly isLate: () => void,
  ) {
    const { timeout, signal } = config;
    if (timeout) {
      this.timer = setTimeout(() => this.expire(timeout), timeout);
    }
    signal?.addEventListener?.('abort', this.cancel);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Given up while it waited for a connection: it is not sent any more.
    if (this.failure) controller.abort(this.failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: AxiosResponse['headers'],
    statusText = '',
  ): void {
    const answered: unknown = headers[HEADERS.callId];
    if (answered !== undefined && answered !== this.config.headers.get(HEADERS.callId)) {
      this.fail(this.error('the answer is that of another call', AxiosError.ERR_BAD_RESPONSE));
    }
    this.head = { status, statusText, headers };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    const { maxContentLength = -1 } = this.config;
    if (maxContentLength >= 0 && this.bytes > maxContentLength) {
      this.fail(
        this.error(`the answer is larger than ${maxContentLength} bytes`, AxiosError.ERR_BAD_RESPONSE),
      );
    } else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.settle();
    const data = Buffer.concat(this.chunks).toString();
    this.resolve({ ...this.head!, data, config: this.config });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.fail(error instanceof AxiosError ? error : this.error(error.message, error.code));
  }

  private expire(timeout: number): void {
    this.fail(this.error(`no answer in ${timeout} ms`, 'ECONNABORTED'));
    this.isLate();
  }

  /** Ends the call and its connection, on which the answer could still come. */
  private fail(error: Error): void {
    this.settle();
    this.failure ??= error;
    this.reject(this.failure);
    this.controller?.abort(this.failure);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.config.signal?.removeEventListener?.('abort', this.cancel);
  }

  private error(message: string, code?: string): AxiosError {
    return new AxiosError(message, code, this.config);
  }
}
