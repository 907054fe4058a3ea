import { randomUUID } from 'node:crypto';
import { HttpService } from '@nestjs/axios';
import { Injectable, Logger } from '@nestjs/common';
import { type Span, SpanKind } from '@opentelemetry/api';
import {
  BESIDE_THE_LANE,
  HEADERS,
  isProblemCode,
  type ProblemBody,
  type ProblemCode,
  problemBody,
  STEPS_PATH,
} from '@turnpike/protocol';
import {
  activeRequestId,
  currentOwner,
  failWith,
  FairQueue,
  type FairQueueOptions,
  type Fence,
  formatFence,
  inSpan,
  PagesInTurn,
  Problem,
  ServiceTokenSigner,
  type SpanDescription,
  traceHeaders,
  unavailable,
} from '@turnpike/service';
import { AxiosError, type AxiosResponse, type Method } from 'axios';
import { GatewayConfig } from '../config.js';
import { Breakers, isBroken } from './circuit-breakers.js';
import type { Failure, StepAnswer } from '../definitions/outcome.js';

/** The headers and the time limit that every call of one step has. */
export interface StepContext {
  service: string;
  /** The service has the users: all that it can miss is the lane's. */
  hasUsers: boolean;
  key: string;
  userId: string;
  fence: Fence;
  /** Whether its operation is carried out beside the lane: the lane's fence is not its own. */
  beside: boolean;
  ifMatch: string | null;
  traceparent: string | null;
  /** The request by which the operation was accepted. */
  requestId?: string | null;
  /** Ends the call when the lease is lost. */
  signal: AbortSignal;
}

interface ServiceCall {
  method: Method;
  path: string;
  body?: unknown;
  query?: object;
  /** A page of a list: a user's pages are asked for one after the other. */
  isPage?: boolean;
  headers?: Record<string, string>;
  /** The trace that it belongs to where no span is active. */
  traceparent?: string | null;
  /** The request that it is made for; left out, the one that is being answered. */
  requestId?: string | null;
  timeoutMs?: number;
  /** A service need not have that address: 404 in any form says that it has not. */
  mayLack?: boolean;
  /** Whoever asks all the time says by itself that there is no answer. */
  quiet?: boolean;
  signal?: AbortSignal;
}

/** In the addresses of resources. */
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A page has 512 KiB; one of a service of the version before has 200 resources, each as large as a request may be: 50 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Reads that clients have asked for and that the services have to answer at a time. One user has a few of them, so that
 * the connections and the databases of the services are there for the others.
 */
const READS: FairQueueOptions = {
  ...{ places: 64, placesEach: 8, patienceMs: 1800 },
  late: () => unavailable('There is more to read than the services can answer.'),
};

/** The services behind the gateway, over HTTP. Nothing else in the gateway knows their addresses. */
@Injectable()
export class Services {
  private readonly reads = new FairQueue(READS);
  private readonly pages = new PagesInTurn(READS.places);
  private readonly logger = new Logger(Services.name);

  constructor(
    private readonly http: HttpService,
    private readonly signer: ServiceTokenSigner,
    private readonly breakers: Breakers,
    private readonly config: GatewayConfig,
  ) {}

  /** Sends a step. */
  apply(step: string, body: unknown, context: StepContext): Promise<StepAnswer> {
    return this.step(step, body, context);
  }

  /** Takes a step back, under the undo's own key. */
  undo(step: string, context: StepContext): Promise<StepAnswer> {
    return this.step(`${step}/undo`, {}, context);
  }

  /** Asks for the first answer of that key of the step, or of its undo, or seals the key. */
  settle(context: StepContext): Promise<StepAnswer> {
    const body = { key: context.key, fence: formatFence(context.fence) };
    return this.step('settle', body, context);
  }

  /**
   * Asks a service for something that is not a step.
   * @returns the body of its answer
   * @throws Problem the service's own, or `unavailable` when there is no answer in time
   */
  ask<Body>(service: string, call: ServiceCall): Promise<Body> {
    const isSomebodysRead = call.method === 'GET' && currentOwner() !== null;
    const ask = (): Promise<AxiosResponse<Body>> => this.askNow(service, call);
    if (!isSomebodysRead) return bodyOf(ask());
    return bodyOf(call.isPage ? this.pages.make(ask, bytesOf) : this.reads.run(ask));
  }

  private async askNow<Body>(service: string, call: ServiceCall): Promise<AxiosResponse<Body>> {
    const response = await this.send(service, call).catch((error: unknown) => {
      const reason = (error as Error).message;
      if (!call.quiet) this.logger.warn(`${service} did not answer ${call.method} ${call.path}: ${reason}`);
      throw unavailable(`${service} does not answer.`);
    });
    if (response.status < 300) return response as AxiosResponse<Body>;
    if (call.mayLack && response.status === 404) throw new Problem('not-found');
    const problem = problemIn(response);
    if (!problem || response.status >= 500)
      throw unavailable(`${service} cannot answer at the moment (${response.status}).`);
    if (isAboutTheCall(problem.code, response)) throw this.refused(service, call, problem);
    throw Problem.from(problem);
  }

  /** Ours to mend and not the client's, who would only throw a good session away. */
  private refused(service: string, { method, path, quiet }: ServiceCall, { code }: ProblemBody): Problem {
    const cause =
      code === 'unauthenticated'
        ? `does not accept the gateway's token: compare both clocks, SERVICE_SIGNING_KEY and the service's SERVICE_VERIFY_KEYS or GATEWAY_URL`
        : `refuses the call itself (${code}): look at what stands between the two`;
    if (!quiet) this.logger.warn(`${service} ${cause}. It was ${method} ${path.replaceAll(ID, '{id}')}.`);
    return unavailable(`${service} does not accept the gateway.`);
  }

  private async step(path: string, body: unknown, context: StepContext): Promise<StepAnswer> {
    const { service } = context;
    try {
      const response = await this.send(service, {
        method: 'POST',
        path: `${STEPS_PATH}/${path}`,
        body,
        headers: stepHeaders(context),
        traceparent: context.traceparent,
        requestId: context.requestId,
        signal: context.signal,
      });
      return answerOf(context, path, response);
    } catch (error) {
      if (isBroken(error)) return heldBack(service);
      return unanswered(service, error as Error & { code?: string });
    }
  }

  private async send(service: string, call: ServiceCall): Promise<AxiosResponse<unknown>> {
    const authorization = `Bearer ${await this.signer.tokenFor(service)}`;
    const callId = randomUUID();
    const baseURL = this.config.services[service]!;
    const send = async (span: Span): Promise<AxiosResponse<unknown>> => {
      const response = await this.http.axiosRef.request<unknown>({
        baseURL,
        url: call.path,
        method: call.method,
        data: call.body,
        params: call.query,
        headers: {
          ...call.headers,
          ...traceHeaders(call.traceparent),
          ...requestIdHeader(call.requestId),
          authorization,
          [HEADERS.callId]: callId,
        },
        timeout: call.timeoutMs ?? this.config.run.serviceTimeoutMs,
        signal: call.signal,
        // Only the configured addresses are called, whatever a service says.
        maxRedirects: 0,
        validateStatus: () => true,
        maxContentLength: MAX_ANSWER_BYTES,
      });
      noteStatus(span, response);
      return response;
    };
    // Inside of the breaker: a call that was held back was not made.
    return this.breakers.call(service, () => inSpan(calling(call, baseURL), send));
  }
}

async function bodyOf<Body>(response: Promise<AxiosResponse<Body>>): Promise<Body> {
  return (await response).data;
}

function bytesOf({ headers }: AxiosResponse): number {
  return Number(headers['content-length'] ?? 0);
}

/** The lines of all processes about a request have one id. What belongs to none gets one of the service's own. */
function requestIdHeader(given: string | null | undefined): Record<string, string> {
  const requestId = given ?? activeRequestId();
  return requestId === null ? {} : { [HEADERS.requestId]: requestId };
}

/** Without the address itself: a query may hold a name that somebody looks for. */
function calling({ method, path }: ServiceCall, baseURL: string): () => SpanDescription {
  return () => {
    const template = path.replaceAll(ID, '{id}');
    const { hostname, port, protocol } = new URL(baseURL);
    return {
      name: `${method} ${template}`,
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': method,
        'url.template': template,
        'server.address': hostname,
        'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      },
    };
  };
}

/** Refusals of a request for its form, which the gateway and what stands behind it have given it. */
const OF_THE_FORM = new Set<string>([
  'method-not-allowed',
  'request-timeout',
  'headers-too-large',
  'unsupported-media-type',
  'invalid-json',
  'rate-limited',
] satisfies ProblemCode[]);

/**
 * Whether a refusal is about the gateway's call, and not about what its client has sent. A 401 is about the gateway's own
 * token, unless the service says what of the client's it has refused.
 */
function isAboutTheCall(code: string, { headers }: AxiosResponse<unknown>): boolean {
  if (code === 'unauthenticated') return headers[HEADERS.refusedCredential] === undefined;
  return OF_THE_FORM.has(code);
}

function noteStatus(span: Span, { status }: AxiosResponse): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 400) failWith(span, String(status));
}

function stepHeaders({ key, userId, fence, beside, ifMatch }: StepContext): Record<string, string> {
  return {
    [HEADERS.idempotencyKey]: key,
    [HEADERS.laneUser]: userId,
    [HEADERS.laneFence]: formatFence(fence),
    ...(beside && { [HEADERS.laneOrder]: BESIDE_THE_LANE }),
    ...(ifMatch && { [HEADERS.ifMatch]: ifMatch }),
  };
}

/** Every answer to a step becomes one of StepAnswer here. Only a recorded one is final. */
function answerOf(context: StepContext, path: string, response: AxiosResponse<unknown>): StepAnswer {
  const { service } = context;
  const { status } = response;
  const problem = problemIn(response);
  if (problem?.code === 'stale-fence') return { type: 'stale' };
  const failure = failureIn(response, problem);
  if (problem?.code === 'undo-refused') return { type: 'refused', problem, failure };
  const recorded = response.headers[HEADERS.stepRecorded] === 'true';
  if (!recorded && UNSERVED.has(status))
    return { type: 'unserved', reason: unserved(service, path, status), failure };
  if (!recorded) {
    const detail = `${service} answered ${status} without recording it`;
    return { ...unknown(detail, retryAfterOf(response)), failure };
  }
  if (status < 300 && isObject(response.data)) return { type: 'applied', body: response.data };
  if (!problem)
    return { ...unknown(`${service} answered something else than a step's answer`, null), failure };
  if (problem.code === 'step-sealed') return { type: 'sealed' };
  const { body } = Problem.from(problem);
  return { type: saysUserIsGone(context, problem) ? 'gone' : 'refused', problem: body, failure };
}

/** What a server says that does not know an address: no later attempt finds another one there. */
const UNSERVED: ReadonlySet<number> = new Set([404, 405, 501]);

function unserved(service: string, path: string, status: number): string {
  return (
    `${service} does not know ${path} (${status}): its version is older than the gateway's, ` +
    'or its address is wrong.'
  );
}

/** What a service misses that does not have the users may be any of its rows. */
function saysUserIsGone({ hasUsers }: StepContext, { code }: ProblemBody): boolean {
  return code === 'user-deleted' || (hasUsers && code === 'not-found');
}

/** What an operation keeps of an answer other than success. */
function failureIn({ status, headers }: AxiosResponse<unknown>, problem: ProblemBody | null): Failure {
  const requestId: unknown = headers[HEADERS.requestId] ?? problem?.instance;
  return {
    status,
    code: problem?.code ?? 'no-problem',
    detail: problem?.detail?.slice(0, MAX_DETAIL) ?? null,
    requestId: typeof requestId === 'string' ? requestId.slice(0, MAX_REQUEST_ID) : null,
  };
}

/** Characters of what a service says in words: some sentences, and no page of a proxy. */
const MAX_DETAIL = 500;

/** A UUID has 36; other servers have longer ones. */
const MAX_REQUEST_ID = 100;

/** There was no answer; a call that ended with the lease says nothing. */
function unanswered(service: string, { message, code = 'no-answer' }: Error & { code?: string }): StepAnswer {
  const answer = unknown(`${service} did not answer: ${message}`, null);
  if (code === AxiosError.ERR_CANCELED) return answer;
  const known = code === AxiosError.ECONNABORTED ? 'timeout' : code;
  return {
    ...answer,
    failure: { status: null, code: known, detail: message.slice(0, MAX_DETAIL), requestId: null },
  };
}

/** The breaker is open: a reason to wait that operators see by the member `breaker`. */
function heldBack(service: string): StepAnswer {
  const detail = `${service} fails: its calls are held back.`;
  return {
    type: 'unknown',
    problem: problemBody('unavailable', detail, { breaker: service }),
    retryAfterMs: null,
  };
}

function unknown(detail: string, retryAfterMs: number | null): Extract<StepAnswer, { type: 'unknown' }> {
  return { type: 'unknown', problem: problemBody('unavailable', detail), retryAfterMs };
}

function problemIn({ status, data }: AxiosResponse<unknown>): ProblemBody | null {
  if (status < 400 || !isObject(data) || !isProblemCode(data['code'])) return null;
  return data as unknown as ProblemBody;
}

/** @returns the milliseconds in `Retry-After`, given in seconds or as a date */
function retryAfterOf({ headers }: AxiosResponse<unknown>): number | null {
  const value: unknown = headers['retry-after'];
  if (typeof value !== 'string') return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
