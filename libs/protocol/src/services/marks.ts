import { ArrayMaxSize, IsArray, IsInt, IsUUID, Max, Min } from 'class-validator';
import { FromDigits, Nested, Optional, Time } from '../wire/validation.js';

/*
 * How the gateway notices that a database was put back as it was before (a restored backup). Every few seconds it
 * writes a mark into each service's database and into its ledger; of the two sides the one with the older mark went
 * back in time.
 */

/** `GET` and `PUT /internal/mark` of a service. */
export const MARK_PATH = '/internal/mark';

/** `GET /internal/fences` of a service: how far it has come with each user, page by page. */
export const FENCES_PATH = '/internal/fences';

/** The most fences of one page. */
export const FENCES_PER_PAGE = 1000;

/** The most fences that come with a mark: the newest are lost first. */
export const FENCES_PER_MARK = 50;

const MAX_SEQ = 2 ** 31 - 1;

/** A sign that the gateway leaves in a service's database. */
export class Mark {
  /** Greater than that of every mark before. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  number: number;

  /** Random: two histories that count alike differ in it. */
  @IsUUID()
  token: string;

  /** When it was made, on the ledger's clock. */
  @Time()
  at: string;
}

/** Up to where the service must have come in a user's lane, since it has answered a step of that place. */
export class ExpectedFence {
  @IsUUID()
  userId: string;

  @IsInt()
  @Min(1)
  @Max(MAX_SEQ)
  seq: number;
}

/** What a service answers to `GET /internal/mark`. */
export class MarkView {
  /** Null before the first, and in a database that is older than it. */
  mark: Mark | null;
}

/** `PUT /internal/mark`: a new mark, kept only where the service has come as far as the ledger says. */
export class SetMark {
  @Nested(() => Mark)
  mark: Mark;

  @IsArray()
  @ArrayMaxSize(FENCES_PER_MARK)
  @Nested(() => ExpectedFence, { each: true })
  fences: ExpectedFence[];
}

/** Whether the mark was kept. */
export class MarkKept {
  /** The users whose fences are behind: with one of them the mark was not kept. */
  behind: string[];
}

/** Pages in the order of the users' ids. */
export class FencesQuery {
  /** The last user of the page before. */
  @Optional()
  @IsUUID()
  after?: string;

  @Optional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(FENCES_PER_PAGE)
  limit: number = 500;
}

/** How far a service has come with a user. */
export class FenceView {
  userId: string;
  /** The newest place of the user's lane that it has seen. */
  seq: number;
  /** Whether the user is deleted or purged as far as the service knows. */
  tombstoned: boolean;
}
