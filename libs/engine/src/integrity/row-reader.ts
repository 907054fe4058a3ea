import { Injectable } from '@nestjs/common';
import {
  INTEGRITY_PATH,
  INTEGRITY_ROWS_PER_PAGE,
  type IntegrityQuery,
  type IntegrityRow,
  type IntegrityUser,
} from '@turnpike/protocol';
import { Problem, problemOf } from '@turnpike/service';
import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { Catalogue } from '../definitions/catalogue.js';
import { Services } from '../execution/service-client.js';
import type { Source } from './rules.js';

/** A comparison outlives the restart of a service: a page that is not answered is asked for again for so many seconds. */
const asking = retry(
  handleWhen((error) => problemOf(error).code === 'unavailable'),
  { maxAttempts: 10, backoff: new ConstantBackoff(1000) },
);

type Range = Pick<IntegrityQuery, 'after' | 'userId'>;

/** The rows that the services list for a comparison, page by page. */
@Injectable()
export class SourcePages {
  constructor(
    private readonly services: Services,
    private readonly catalogue: Catalogue,
  ) {}

  users(range: Range): AsyncGenerator<IntegrityUser[]> {
    const { service, table } = this.catalogue.subject;
    return this.pages<IntegrityUser>({ service, name: table.slice(service.length + 1) }, range);
  }

  rows(source: Source, range: Range): AsyncGenerator<IntegrityRow[]> {
    return this.pages<IntegrityRow>(source, range);
  }

  private async *pages<Row extends { id: string }>(
    { service, name }: Pick<Source, 'service' | 'name'>,
    range: Range,
  ): AsyncGenerator<Row[]> {
    let { after } = range;
    do {
      const query = { ...range, after, limit: INTEGRITY_ROWS_PER_PAGE };
      const call = { method: 'GET', path: `${INTEGRITY_PATH}/${name}`, query } as const;
      const items = await asking
        .execute(() => this.services.ask<{ items: Row[] }>(service, call))
        .then(itemsOf)
        .catch((error: unknown) => {
          throw unreadable(service, name, error);
        });
      if (items.length > 0) yield items;
      after = items.length === INTEGRITY_ROWS_PER_PAGE ? items.at(-1)!.id : undefined;
    } while (after !== undefined);
  }
}

/** A proxy on the way may answer with anything. */
function itemsOf<Row>(answer: { items: Row[] }): Row[] {
  if (Array.isArray(answer.items)) return answer.items;
  throw new Problem('internal-error', 'Its answer is no list of rows.');
}

/** @returns why that table could not be compared, as operators are told */
function unreadable(service: string, table: string, error: unknown): Problem {
  const { code, body } = problemOf(error);
  const said = body.detail ?? body.title;
  const answer =
    code === 'unavailable' || code === 'internal-error'
      ? said
      : `It answered ${body.status} ${code}: ${said}`;
  return new Problem(code, `The table ${table} of ${service} could not be compared. ${answer}`, {
    service,
    table,
  });
}
