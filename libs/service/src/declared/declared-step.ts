import {
  type Erasure,
  FollowUserStep,
  isProblemCode,
  type ProblemCode,
  type DeclaredStepBody,
  type OperationDeclaration,
  type RelationDeclaration,
} from '@turnpike/protocol';
import type { EntityManager } from 'typeorm';
import { Problem } from '../problems/problem.js';
import { forgetAnswers, type StepCall } from '../steps/inbox.js';
import type { Applied, StepOptions } from '../steps/steps.js';
import type { ServiceDefinition, StepDefinition, StepRequest, StepResult } from './definition.js';
import { type End, endOf, type Happening, happeningsBy } from './lifecycle.js';
import { type Check, checkOf } from '../shapes/check-of-shape.js';
import { schemaCompiler } from '../shapes/compile-schema.js';

/** One call of a step. */
export interface DeclaredCall {
  call: StepCall;
  body: DeclaredStepBody;
  ifMatch: string | undefined;
}

/** What an undo finds: what the handler has left for it, and how the tombstone was. */
interface Left {
  before?: unknown;
  tombstone?: 'set' | 'clear';
}

const AS_IT_IS: Check = (input) => Promise.resolve(input as object);

/**
 * A step of a declaration as Steps carries out any other: its handler, between the check of its input and what the step
 * means for the tombstone and the remembered answers. An input that is not as declared refuses the step for good: it is
 * the same at every attempt.
 */
export class DeclaredStep {
  readonly options: StepOptions;
  /** Codes of the problems by which its operations say that it refuses them. */
  readonly refusals: readonly ProblemCode[];
  /** What happens to the user by it; undefined of a write of the user's. */
  private readonly happening: Happening | undefined;
  /** By the kinds of the service's own operations. */
  private readonly checks: ReadonlyMap<string, Check>;
  /** What it remembers, as receipts call it. */
  private readonly inbox: string;
  private readonly step: StepDefinition;
  private readonly relations: readonly RelationDeclaration[];
  private readonly refuse: StepRequest['refuse'];

  constructor(name: string, definition: ServiceDefinition) {
    const { service, steps, operations = [], relations = [] } = definition;
    [this.happening] = happeningsBy(name, relations);
    this.options = { tombstone: this.happening ? 'ignored' : 'forbids' };
    const own = operations.filter((operation) => operation.steps.includes(name));
    this.checks = checksOf(own);
    this.refusals = own.flatMap(({ refuses = [] }) => refuses.filter(isProblemCode));
    this.step = steps[name]!;
    this.relations = relations;
    this.refuse = refusingAs(operations.flatMap(({ refuses = [] }) => refuses));
    this.inbox = `${service}.inbox`;
  }

  /** @throws Problem that refuses the step */
  async apply(tx: EntityManager, { call, body, ifMatch }: DeclaredCall): Promise<Applied> {
    const { operation, answers } = body;
    const input = await this.checkFor(operation.kind)(body.input);
    const end = this.endFor(input);
    const tombstone = end.tombstone && this.step.undo && (await tombstoneOf(tx, call));
    const request = { input: input as never, operation, answers, tx, call, ifMatch, refuse: this.refuse };
    const result = (await this.step.run(request)) ?? {};
    const answer = end.forgets ? await this.forget(tx, call, result) : (result.body ?? {});
    const left: Left = { before: result.before, tombstone };
    return { body: answer, before: this.step.undo && left, tombstone: end.tombstone };
  }

  /** With the rows the tombstone is as it was. */
  async undo(tx: EntityManager, call: StepCall, left: unknown): Promise<Applied> {
    const { before, tombstone } = left as Left;
    await this.step.undo!({ before, tx, call });
    return { body: {}, tombstone };
  }

  private checkFor(kind: string): Check {
    const ofRelation = this.happening === 'follow' ? FOLLOWED : AS_IT_IS;
    return this.checks.get(kind) ?? ofRelation;
  }

  private endFor(input: unknown): End {
    if (!this.happening) return { forgets: false };
    return endOf(this.happening, (input as Partial<FollowUserStep>).state, this.relations);
  }

  /** What the inbox remembers repeats what the rows held. */
  private async forget(tx: EntityManager, call: StepCall, { body = {} }: StepResult): Promise<object> {
    const { erasures = [] } = body as { erasures?: Erasure[] };
    const erased = await forgetAnswers(tx, call);
    const inbox: Erasure = { relation: this.inbox, erased, retained: '' };
    return { ...body, erasures: [...erasures, inbox] };
  }
}

const FOLLOWED = checkOf(FollowUserStep);

function checksOf(operations: readonly OperationDeclaration[]): ReadonlyMap<string, Check> {
  const compile = schemaCompiler();
  return new Map(operations.map(({ kind, body }) => [kind, body ? checkOf(body, compile) : AS_IT_IS]));
}

async function tombstoneOf(tx: EntityManager, { userId }: StepCall): Promise<'set' | 'clear'> {
  const sql = 'select tombstoned_at is not null as tombstoned from fences where user_id = $1';
  const [fence] = await tx.query<{ tombstoned: boolean }[]>(sql, [userId]);
  return fence?.tombstoned ? 'set' : 'clear';
}

/** @param named the codes by which the operations of the service say that they are refused */
function refusingAs(named: readonly string[]): StepRequest['refuse'] {
  return (code, detail, more = {}) => {
    if (isProblemCode(code)) return new Problem(code, detail, { ...more });
    if (!named.includes(code)) throw new Error(`No service declares the problem ${code}.`);
    return problemOfOthers(code, detail, more);
  };
}

/** A problem that another service declares: the gateway, which knows it, puts its status and its title there. */
function problemOfOthers(code: string, detail?: string, more: object = {}): Problem {
  const words = { type: `/problems/${code}`, title: code, status: 409 };
  const body = { ...more, ...words, code, ...(detail && { detail }) };
  return new Problem(code as ProblemCode, detail, {}, {}, body);
}
