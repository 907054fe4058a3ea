import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { etagOf, HEADERS } from '@turnpike/protocol';
import { invalidRequest, namesEtag, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Endings } from '../notify/operation-watcher.js';
import { LedgerQueries } from '../queries/operations.js';
import { authorise, type Caller } from '../request/authorise.js';
import { isUuid, preferredWait } from '../request/request-headers.js';
import { clientGone } from '../limits/concurrent-requests.js';

/** Seconds that a read waits for the write that it is to come after, unless the client says otherwise. */
const READ_AFTER_SECONDS = 5;

/** What reads of every resource have in common: they may wait for a write, and are conditional. */
@Injectable()
export class Reads {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly endings: Endings,
  ) {}

  /**
   * Waits for the write that `Read-After` names: until every write of its lane up to that one has ended.
   * @param userId whose lane `latest` means
   * @throws Problem 409 when it has not ended in time
   */
  async after(request: FastifyRequest, caller: Caller, userId: string): Promise<void> {
    const header = request.headers[HEADERS.readAfter];
    if (header === undefined) return;
    const until = await this.placeOf(String(header), caller, userId);
    const seconds = preferredWait(request) ?? READ_AFTER_SECONDS;
    const patience = { timeoutMs: seconds * 1000, signal: clientGone(request) };
    const ended = await this.endings.ofLane(until.userId, until.seq, patience);
    if (!ended) throw new Problem('operation-pending', undefined, {}, { 'retry-after': '1' });
  }

  private async placeOf(
    header: string,
    caller: Caller,
    userId: string,
  ): Promise<{ userId: string; seq: number }> {
    if (header === 'latest') {
      const lane = await this.queries.lane(userId);
      return { userId, seq: lane?.lastSeq ?? 0 };
    }
    const id = header.toLowerCase();
    if (!isUuid(id)) {
      throw invalidRequest([{ path: 'Read-After', message: 'must be the id of an operation, or latest' }]);
    }
    const operation = await this.queries.operation(id);
    authorise('operation.read', caller, operation?.userId ?? null);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}

/** Sends a single resource with its ETag, or 304 if the client has it already. */
export function sendResource(body: object, request: FastifyRequest, reply: FastifyReply): unknown {
  const etag = tag(body, reply);
  const known = request.headers[HEADERS.ifNoneMatch];
  if (known && namesEtag(String(known), etag)) {
    void reply.status(304).removeHeader('content-type');
    return undefined;
  }
  return body;
}

/** Gives an answer its ETag: the version where the resource has one. @returns it */
export function tag(body: object, reply: FastifyReply): string {
  const { version } = body as { version?: unknown };
  const json = typeof version === 'number' ? null : JSON.stringify(body);
  const etag = json === null ? etagOf(version as number) : hashOf(json);
  void reply.header('etag', etag);
  if (json !== null) sendOnce(body, json, reply);
  return etag;
}

/** The answer is not made JSON a second time when it is sent. */
function sendOnce(body: object, json: string, reply: FastifyReply): void {
  // Fastify leaves the type to whoever brings a serialiser.
  void reply.type('application/json; charset=utf-8');
  void reply.serializer((sent: unknown) => (sent === body ? json : JSON.stringify(sent)));
}

function hashOf(json: string): string {
  return `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
}
