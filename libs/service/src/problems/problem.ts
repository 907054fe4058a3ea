import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import {
  type FieldError,
  HEADERS,
  isProblemCode,
  type ProblemBody,
  type ProblemCode,
  problemBody,
} from '@turnpike/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../process/redact.js';
import { reportRefusal } from './refusals.js';
import { requestIds } from '../process/request-context.js';
import { traceIdsOf } from '../process/request-spans.js';
import { stepIdsOf } from '../protocol/step-ids.js';
import { isUnavailable } from './transient-errors.js';

/** Seconds after which a client may ask again when something behind this process is away. */
const RETRY_AFTER_SECONDS = 1;

/** An answer other than success. Throw it anywhere below a controller. */
export class Problem extends Error {
  /** The action that was asked for, where authorisation refuses it: a refusal may look like something missing. */
  refusedAction?: string;

  /**
   * @param detail for people; never carries a secret
   * @param extensions members of the body beyond the standard ones
   * @param headers sent with the answer
   * @param body where it is not made of the others
   */
  constructor(
    readonly code: ProblemCode,
    detail?: string,
    extensions: Record<string, unknown> = {},
    readonly headers: Readonly<Record<string, string>> = {},
    readonly body: ProblemBody = problemBody(code, detail, extensions),
  ) {
    super(detail ?? code);
    this.name = 'Problem';
  }

  /**
   * @returns the problem that a service has answered, or that was written down. Of one that is declared here our own words
   *   count; another one was brought by a service that has left since, and is as it was
   */
  static from({ instance: _instance, ...given }: ProblemBody): Problem {
    const { code, detail } = given;
    const {
      type: _type,
      title: _title,
      status: _status,
      code: _code,
      detail: _detail,
      ...extensions
    } = given;
    const body = isProblemCode(code) ? problemBody(code, detail, extensions) : given;
    return new Problem(code as ProblemCode, detail, {}, {}, body);
  }
}

/** @returns the problem, which says of itself that it refuses that action to the caller */
export function refusing(action: string, problem: Problem): Problem {
  problem.refusedAction = action;
  return problem;
}

/** @returns the problem that says that something this process needs is away for the moment. */
export function unavailable(detail: string, retryAfterSeconds = RETRY_AFTER_SECONDS): Problem {
  return new Problem('unavailable', detail, {}, { 'retry-after': String(retryAfterSeconds) });
}

/** @returns the problem that names each field which is wrong; the first one's message is its detail */
export function invalidRequest(errors: FieldError[]): Problem {
  return new Problem('invalid-request', errors[0]?.message, { errors });
}

/** Fastify's own refusals, by the code of the error. */
const FASTIFY_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_BAD_URL: 'not-found',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
};

const STATUS_PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  503: 'unavailable',
};

/** @returns the problem that answers whatever was thrown; what nobody foresaw is `internal-error` and tells nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) {
    return new Problem(STATUS_PROBLEMS[error.getStatus()] ?? 'internal-error');
  }
  if (isUnavailable(error)) return unavailable('A database or service that this needs does not answer.');
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  if (error instanceof SyntaxError && statusCode === 400) return new Problem('invalid-json');
  const known = FASTIFY_PROBLEMS[code ?? ''] ?? (statusCode ? STATUS_PROBLEMS[statusCode] : undefined);
  return new Problem(known ?? 'internal-error');
}

/** Sends a problem; the request id goes into `instance`, so that a report can be matched with the log. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  // RFC 9110 asks for a challenge; a token that was sent and is not good has one of its own.
  const challenge = problem.body.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  void reply
    .status(problem.body.status)
    .headers({ ...challenge, ...problem.headers })
    .header(HEADERS.requestId, request.id)
    .type('application/problem+json')
    .send({ ...problem.body, instance: request.id });
}

/** Answers everything that is thrown as application/problem+json, and logs what nobody foresaw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    reportRefusal(problem, request);
    if (problem.code === 'internal-error') {
      const ids = { ...requestIds(request), ...traceIdsOf(request), ...stepIdsOf(request) };
      this.logger.error({ ...ids, ...describeError(error) });
    }
    sendProblem(problem, request, reply);
  }
}
