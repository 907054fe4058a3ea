import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { securityEvent } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Counter } from 'prom-client';
import { mergeMap, type Observable } from 'rxjs';
import type { Intervention } from '../audit/audit-entries.js';
import { AuditTrail } from '../audit/audit-trail.js';
import {
  type ActionDefinition,
  actionsOfRequest,
  type Caller,
  callerOf,
  type LetIn,
  letInByRole,
} from '../request/authorise.js';
import { type Told, TRAIL } from './audited-routes.js';

/*
 * The trail of operators: whatever a caller was let in to by a role alone is told of, to the security log, and to the
 * audit trail where nothing else tells it. It stands where all routes end, and knows from authorisation what let the
 * caller in, so that no route has to think of it. An answer is not given before its entry is written down: while the
 * trail cannot be written, nobody's data is shown.
 */

/** Milliseconds in which the same request of one caller is one entry: a page that is left open asks again and again. */
const ONE_ENTRY_MS = 60_000;

/** Requests that are remembered; of one that is forgotten there is another entry. */
const MAX_REMEMBERED = 10_000;

const peopleShown = new Counter({
  name: 'turnpike_operator_people_shown_total',
  help: 'People whose data was shown in clear to an operator, by the id of the operator.',
  labelNames: ['operator'] as const,
});

/** A request that was let in by a role, and what it was answered with. */
interface Done {
  request: FastifyRequest;
  caller: Caller;
  letIn: LetIn;
  /** What the route is for. */
  actions: readonly ActionDefinition[];
  answer: Answer;
}

/** As much of an answer as says whom it is about. */
type Answer = { id?: unknown; userId?: unknown; items?: unknown[] } | undefined;

@Injectable()
export class OperatorsTrail implements NestInterceptor {
  private readonly told = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: ONE_ENTRY_MS });

  constructor(private readonly trail: AuditTrail) {}

  intercept(context: ExecutionContext, next: CallHandler<Answer>): Observable<Answer> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    return next.handle().pipe(
      mergeMap(async (answer) => {
        await this.tell(request, answer, http.getResponse<FastifyReply>());
        return answer;
      }),
    );
  }

  /** A stream of events has begun by then: where it cannot be told of, it ends. */
  private async tell(request: FastifyRequest, answer: Answer, reply: FastifyReply): Promise<void> {
    const caller = callerOf(request);
    const letIn = caller && letInByRole(caller);
    if (!letIn) return;
    try {
      await this.tellOf({ request, caller, letIn, actions: actionsOfRequest(request), answer });
    } catch (error) {
      if (!reply.sent) throw error;
      reply.raw.destroy();
    }
  }

  private async tellOf(done: Done): Promise<void> {
    const told = toldOf(done.request, done.actions);
    if (told === 'nothing') return;
    if (typeof told === 'string') return tellOfAct(told, done);
    if (told.unless?.(done.request)) return;
    if (isOnce(told) && this.told.has(keyOf(done))) return;
    await this.trail.append(entryOf(told, done));
    this.told.set(keyOf(done), true);
    if ('acts' in told) return tellOfAct('by the act', done);
    tellOfRead(done, told.reads, told.inClear);
  }
}

/** What changes at once what somebody may. Roles and claims are told of by their admission. */
const CHANGES_ACCESS: ReadonlySet<string> = new Set(['user.suspend', 'user.reinstate']);

function tellOfAct(told: 'by the act' | 'by the reveal', done: Done): void {
  if (told === 'by the reveal') return tellOfRead(done, done.letIn.action, true);
  const { userId, operationId } = subjectOf(done);
  const { caller, letIn, request } = done;
  const details = { action: letIn.action, actorId: caller.userId, userId, operationId };
  securityEvent('authz_admin', details, request);
  if (CHANGES_ACCESS.has(letIn.action)) securityEvent('authz_change', details, request);
}

function tellOfRead(done: Done, action: string, inClear: boolean): void {
  const { userId, operationId } = subjectOf(done);
  const { caller, request } = done;
  const count = countOf(done.answer);
  if (inClear) peopleShown.inc({ operator: caller.userId }, count);
  securityEvent('sensitive_read', { action, actorId: caller.userId, userId, operationId, count }, request);
}

function entryOf(told: Exclude<Told, string>, done: Done): Intervention {
  const { userId, operationId } = subjectOf(done);
  const after = 'acts' in told ? runOf(done) : lookOf(done);
  return {
    actorId: done.caller.userId,
    action: 'acts' in told ? told.acts : told.reads,
    userId,
    operationId: operationId ?? null,
    reason: null,
    ...(after && { change: { before: null, after } }),
  };
}

/** Of a list: by which filters it was asked for, never what for, and how much was found. */
function lookOf({ request, answer }: Done): Record<string, unknown> | null {
  const filters = Object.keys(request.query ?? {}).sort();
  return answer?.items ? { filters, count: answer.items.length } : null;
}

const IS_OF_RUNS = /\/(bulk|runs)(\/|$)/;

/** Of an act that is about no single user: the run that was begun, ended or repaired. */
function runOf({ request, answer }: Done): Record<string, unknown> | null {
  const { id = answer?.id } = request.params as { id?: string };
  return IS_OF_RUNS.test(request.routeOptions.url ?? '') ? { run: id } : null;
}

/** Whom a request was about: as authorisation knows it, the address says it, or the answer. */
function subjectOf({ request, letIn, answer }: Done): { userId: string | null; operationId?: string } {
  const params = request.params as { id?: string; userId?: string };
  const { userId: asked } = (request.query ?? {}) as { userId?: string };
  const answered = typeof answer?.userId === 'string' ? answer.userId : null;
  const userId = letIn.ownerId ?? params.userId ?? asked ?? answered;
  return { userId, ...(isAboutOperation(request) && { operationId: params.id! }) };
}

function isAboutOperation({ routeOptions: { url = '' } }: FastifyRequest): boolean {
  return url.includes('/operations/:id');
}

function countOf(answer: Answer): number {
  return answer?.items ? answer.items.length : 1;
}

/** The same act again is another one: it may do something else by then. */
function isOnce(told: Exclude<Told, string>): boolean {
  return 'reads' in told || told.once === true;
}

function keyOf({ request: { method, url }, caller }: Done): string {
  return `${caller.userId} ${method} ${url}`;
}

/** @returns what the trail is told; a route that nobody has thought of is told of as an act */
function toldOf(
  { method, routeOptions: { url } }: FastifyRequest,
  actions: readonly ActionDefinition[],
): Told {
  const told = TRAIL[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (told) return told;
  const [action] = actions;
  if (action?.shows) return { reads: action.shows, inClear: true };
  return action?.acts ? { acts: action.acts } : 'by the act';
}
