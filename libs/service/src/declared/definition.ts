import type {
  ProblemCode,
  DeclaredStepBody,
  ReadDeclaration,
  RelationDeclaration,
  ServiceDeclaration,
  StepDeclaration,
} from '@turnpike/protocol';
import type { EntityManager, MigrationInterface } from 'typeorm';
import type { Database, DatabaseOptions } from '../database/database.js';
import type { Trim } from '../database/retention.js';
import type { Problem } from '../problems/problem.js';
import type { StepCall } from '../steps/inbox.js';

/*
 * A service as it is written down: what it declares to the gateway, and beside each thing what carries it out.
 */

/** What a step is given. */
export interface StepRequest<Input = Record<string, unknown>> {
  /** What the client sent, or what a follow-on was mapped from; as its shape says. */
  input: Input;
  operation: DeclaredStepBody['operation'];
  /** The answers of the service's own steps before it, by their names. */
  answers: DeclaredStepBody['answers'];
  /** The transaction of the step: all that it does goes through it, and nothing that a rollback does not undo. */
  tx: EntityManager;
  /** Whose lane it is in, and where. */
  call: StepCall;
  /** The client's `If-Match`, where the operation says that the step compares it. */
  ifMatch: string | undefined;
  /**
   * @param code of the service's own problems, of everybody's, or of those that its operations say they are refused with
   * @param detail for people; nothing secret
   * @returns what the step throws to refuse the operation for good
   */
  refuse(this: void, code: ProblemCode | (string & {}), detail?: string, more?: object): Problem;
}

/** What a step leaves. */
export interface StepResult {
  /** Its answer: what steps behind it may look at, and the operation's result. */
  body?: object;
  /** What its undo needs to know. */
  before?: unknown;
}

/** What an undo is given. */
export interface UndoRequest {
  /** What the step has left for it. */
  before: unknown;
  tx: EntityManager;
  call: StepCall;
}

/** What a read is given. */
export interface ReadRequest<Params = Record<string, string>> {
  /** The parts of the address that change; those whose names end in `id` are UUIDs. */
  params: Params;
  database: Database;
}

/** A step, by its name. It can be undone where it has an undo. */
export interface StepDefinition extends Partial<Pick<StepDeclaration, 'refuses' | 'event' | 'answer'>> {
  run: (request: StepRequest<never>) => Promise<StepResult | void>;
  /** What stands in its way it throws; it is tried again when somebody has mended that. */
  undo?: (request: UndoRequest) => Promise<void>;
}

export interface RelationDefinition extends RelationDeclaration {
  /**
   * A select of the rows, as integrity runs compare them; of several relations of one table one has it. Its columns are
   * `id`, by which the pages are ordered, `"userId"` and `live`; beside them `name`, if they copy it, `"refersTo"`, if they refer to
   * something else than the user, and `relation`, if there are several.
   */
  rows?: string;
}

export interface ReadDefinition extends Omit<ReadDeclaration, 'method'> {
  /** Null is answered with 404. */
  read: (request: ReadRequest<never>) => Promise<object | null>;
}

/** A service, and what its process needs. */
export interface ServiceDefinition extends Omit<ServiceDeclaration, 'steps' | 'relations' | 'reads'> {
  /** Where it listens, unless `{NAME}_PORT` says something else. */
  port: number;
  /** Those of its own tables; what every service needs is added. */
  migrations: readonly (new () => MigrationInterface)[];
  entities?: DatabaseOptions['entities'];
  /** What of its tables goes with time. */
  trims?: readonly Trim[];
  steps: Readonly<Record<string, StepDefinition>>;
  relations?: readonly RelationDefinition[];
  reads?: readonly ReadDefinition[];
}

/** @returns what of it the gateway is told */
export function toDeclaration(definition: ServiceDefinition): ServiceDeclaration {
  const { port: _port, migrations: _own, entities: _entities, trims: _trims, ...declared } = definition;
  const { steps, relations, reads, ...others } = declared;
  return {
    ...others,
    steps: Object.entries(steps).map(([name, { refuses = false, undo, event = null, answer }]) => ({
      ...{ name, refuses, undo: undo !== undefined, event },
      ...(answer && { answer }),
    })),
    ...(relations && { relations: relations.map(({ rows: _rows, ...relation }) => relation) }),
    ...(reads && { reads: reads.map(({ read: _read, ...read }) => ({ method: 'GET', ...read })) }),
  };
}
