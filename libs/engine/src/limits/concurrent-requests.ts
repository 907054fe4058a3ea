import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FairQueue, onBehalfOf, type Owner } from '@turnpike/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { finalize, from, type Observable, switchMap } from 'rxjs';
import { GatewayConfig } from '../config.js';
import { callerOf } from '../request/authorise.js';
import { addressOf, isUnlimited } from './client-address.js';
import { rateLimited } from './quota.js';

/** Seconds after which a place is free again: most requests take milliseconds. */
const RETRY_SECONDS = 1;

/**
 * Requests of one user that begin at once, and milliseconds after which another one may begin for each of them: 50 a second,
 * more than twice the quota of a minute. Thirty-two that come together would otherwise be a tenth of a second in which
 * this process does nothing else.
 */
const BEGIN_AT_ONCE = 4;
const BEGIN_AGAIN_MS = 80;

/** Counts what each of many has under way. */
class Crowd {
  private readonly counts = new Map<string, number>();

  /** @param limit 0 is none */
  constructor(private readonly limit: number) {}

  get isLimited(): boolean {
    return this.limit > 0;
  }

  /**
   * @returns what ends the stay
   * @throws Problem 429 where somebody has as many under way as are allowed
   */
  enter(name: string): () => void {
    const count = this.counts.get(name) ?? 0;
    if (this.isLimited && count >= this.limit) throw rateLimited(RETRY_SECONDS);
    this.counts.set(name, count + 1);
    return () => this.leave(name);
  }

  private leave(name: string): void {
    const count = this.counts.get(name)! - 1;
    if (count > 0) this.counts.set(name, count);
    else this.counts.delete(name);
  }
}

/** A request from its arrival until its answer was taken, or nobody waits for it, and its work has ended as well. */
class Stay {
  private readonly leaves: (() => void)[] = [];
  private readonly gone = new AbortController();
  private isAnswered = false;
  private isWorking = false;

  constructor(
    readonly owner: Owner,
    { raw }: FastifyReply,
  ) {
    raw.once('close', () => {
      this.isAnswered = true;
      if (!raw.writableFinished) this.gone.abort();
      this.leaveIfOver();
    });
  }

  /** Aborts when the client has gone without an answer. */
  get clientGone(): AbortSignal {
    return this.gone.signal;
  }

  countIn(crowd: Crowd, name: string): void {
    this.leaves.push(crowd.enter(name));
  }

  beginWork(): void {
    this.isWorking = true;
  }

  endWork(): void {
    this.isWorking = false;
    this.leaveIfOver();
  }

  leave(): void {
    this.leaves.splice(0).forEach((leave) => leave());
  }

  private leaveIfOver(): void {
    if (this.isAnswered && !this.isWorking) this.leave();
  }
}

const stays = new WeakMap<FastifyRequest, Stay>();

/** @returns a signal that aborts when the client has gone without an answer: nobody wants to know any more */
export function clientGone(request: FastifyRequest): AbortSignal | undefined {
  return stays.get(request)?.clientGone;
}

/** A stream of events is no longer a request under way: it has a limit of its own. */
export function becomesStream(request: FastifyRequest): void {
  stays.get(request)?.leave();
}

/**
 * Limits the requests that each user and each address has under way in this process, those that wait included: each
 * keeps memory, and a turn in every queue. A request whose client has gone counts until its work has ended. And says
 * of each request on whose behalf it is carried out, for the queues of what there is little of (fair-queue.ts).
 */
@Injectable()
export class UnderWay implements OnModuleInit, NestInterceptor {
  private readonly ofUsers: Crowd;
  private readonly ofAddresses: Crowd;
  private readonly beginnings = new FairQueue({
    ...{ places: Infinity, placesEach: BEGIN_AT_ONCE, patienceMs: 30_000 },
    late: () => rateLimited(RETRY_SECONDS),
  });

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    { limits }: GatewayConfig,
  ) {
    this.ofUsers = new Crowd(limits.concurrentPerUser);
    this.ofAddresses = new Crowd(limits.concurrentPerAddress);
  }

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      if (isUnlimited(request)) return done();
      const address = addressOf(request);
      const stay = new Stay({ name: `address ${address}` }, reply);
      stay.countIn(this.ofAddresses, address);
      stays.set(request, stay);
      onBehalfOf(stay.owner, done);
    });
    // In between the body is read, by callbacks that belong to the connection.
    fastify.addHook('preValidation', (request, _reply, done) => {
      const stay = stays.get(request);
      if (stay) onBehalfOf(stay.owner, done);
      else done();
    });
  }

  /** Behind the guards: the caller is known. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const stay = stays.get(request);
    if (!stay) return next.handle();
    const caller = callerOf(request);
    if (caller) {
      stay.countIn(this.ofUsers, caller.userId);
      stay.owner.name = `user ${caller.userId}`;
    }
    stay.beginWork();
    const answer = caller && this.ofUsers.isLimited ? this.inTurn(next) : next.handle();
    return answer.pipe(finalize(() => stay.endWork()));
  }

  private inTurn(next: CallHandler): Observable<unknown> {
    return from(this.beginnings.take()).pipe(
      switchMap((leave) => {
        leave(BEGIN_AGAIN_MS);
        return next.handle();
      }),
    );
  }
}
