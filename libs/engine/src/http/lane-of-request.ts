import { Injectable } from '@nestjs/common';
import type { LaneOf } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { Catalogue } from '../definitions/catalogue.js';
import { LedgerQueries } from '../queries/operations.js';
import type { Caller } from '../request/authorise.js';
import { isUuid } from '../request/request-headers.js';

/** What a request says beside its headers. */
export interface Asked {
  params: Readonly<Record<string, string>>;
  /** As it was validated; undefined where there is none. */
  body?: object;
}

/** What is declared of a route that says whose lane a request belongs to. */
interface InLane {
  path?: string;
  lane?: LaneOf;
}

/** Finds the user whose lane a request belongs to, by the declaration of its route. */
@Injectable()
export class LaneOfRequest {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * By the ledger's own index of resources, so that requests are accepted while their service is away.
   * @returns the user's id; null where the resource that is named is nobody's
   * @throws Problem 404 where what names the user, or the resource, is no id
   */
  async of(
    { path = '', lane = 'caller' }: InLane,
    { params, body }: Asked,
    caller: Caller,
  ): Promise<string | null> {
    if (lane === 'caller') return caller.userId;
    if (lane === 'resource') return this.queries.laneOf(this.catalogue.resourceIn(path), idOf(params['id']));
    const [place, name] = lane.split(':') as ['path' | 'body', string];
    const values: Readonly<Record<string, unknown>> = place === 'path' ? params : { ...body };
    return idOf(values[name]);
  }
}

/** @throws Problem 404 for what has not the form of an id: it cannot exist */
export function idOf(value: unknown): string {
  const id = typeof value === 'string' ? value.toLowerCase() : '';
  if (!isUuid(id)) throw new Problem('not-found');
  return id;
}
