import type { components } from './api.js';

/** The body of an answer that says no (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** Every code that the gateway's document has; a newer gateway may know more. */
export type ProblemCode = Problem['code'];

export interface ProblemContext {
  /** Seconds that the gateway asks to wait before the same is tried again. */
  retryAfter?: number | null;
  /** The write that ended so; null where nothing was accepted. */
  operationId?: string | null;
}

/** The gateway's no: to a request, or as the end of a write that it had accepted. */
export class TurnpikeProblem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'TurnpikeProblem';
  readonly code: Code;
  readonly status: number;
  /** What is wrong with which field of the request; empty unless the code is `invalid-request`. */
  readonly errors: readonly { path: string; message: string }[];
  /** What operators find the request by. */
  readonly requestId: string | null;
  readonly retryAfter: number | null;
  readonly operationId: string | null;

  /** @param problem as it came: members of a code's own are in it */
  constructor(
    readonly problem: Problem & { code: Code },
    { retryAfter = null, operationId = null }: ProblemContext = {},
  ) {
    super(problem.detail ?? problem.title);
    this.code = problem.code;
    this.status = problem.status;
    this.errors = problem.errors ?? [];
    this.requestId = problem.instance ?? null;
    this.retryAfter = retryAfter;
    this.operationId = operationId;
  }
}

/** Whether it is a problem and, where codes are given, one of those. */
export function isProblem<Code extends ProblemCode = ProblemCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is TurnpikeProblem<Code> {
  if (!(error instanceof TurnpikeProblem)) return false;
  const { code } = error as TurnpikeProblem;
  return codes.length === 0 || (codes as readonly ProblemCode[]).includes(code);
}

/** An answer that is not the gateway's: of something between it and the client. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  /** @param retryAfter seconds that it asks to wait before the same is tried again */
  constructor(
    readonly status: number,
    readonly retryAfter: number | null = null,
  ) {
    super(`an answer with status ${status} that is not the gateway's`);
  }
}

/** @returns what an answer that is no success is thrown as */
export async function refusalOf(answer: Response): Promise<TurnpikeProblem | UnexpectedAnswer> {
  const type = answer.headers.get('content-type') ?? '';
  const retryAfter = secondsIn(answer.headers.get('retry-after'));
  if (!type.startsWith('application/problem+json')) {
    await answer.body?.cancel();
    return new UnexpectedAnswer(answer.status, retryAfter);
  }
  return new TurnpikeProblem((await answer.json()) as Problem, {
    retryAfter,
    operationId: answer.headers.get('operation-id'),
  });
}

/** The gateway sends seconds; what stands before it may send the other form, which is as good as none. */
function secondsIn(retryAfter: string | null): number | null {
  return retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
}
