import {
  isOfSystem,
  type Manifest,
  type ServiceDeclaration,
  type StepDeclaration,
  type Words,
} from '@turnpike/protocol';
import { ConfigurationError, unavailable } from '@turnpike/service';
import type { NewOperation, OperationFacts } from '../ledger/statements/admit.js';
import { declaredCall } from './declared-calls.js';
import { assertFollowOns } from './follow-ons.js';
import { type Definitions, type Known, knownBy, readsOf } from './known.js';
import {
  assertCarriedOut,
  assertHasWayOut,
  type Declarations,
  type Subject,
  withRelated,
} from './lifecycle-sagas.js';
import { endOf, type OperationDefinition, type OperationEnd } from './operation.js';
import type { Answers } from './outcome.js';
import type { Call } from './plan.js';
import { type Relation, serviceOf } from './relations.js';

const NONE: readonly OperationDefinition[] = [];

/**
 * All operations, steps, relations and resources that this process knows: those of the application, and those of the
 * manifests that were accepted.
 */
export class Catalogue implements Declarations {
  private known: Known;
  /** By their kinds, the steps that depend on nothing that an operation holds: they are planned once. */
  private readonly fixedSteps = new Map<string, NewOperation['steps']>();
  private isWhole = true;
  private reload: () => Promise<void> = () => Promise.resolve();
  readonly subject: Subject;

  /** @throws ConfigurationError where the application's own definitions cannot be carried out */
  constructor(private readonly application: Definitions) {
    this.subject = application.subject;
    this.known = knownBy(application, []);
    this.assertCarriedOut();
  }

  /** From now on these manifests count, and no others; each was checked before. */
  apply(manifests: readonly Manifest[]): void {
    this.known = knownBy(this.application, manifests);
    this.fixedSteps.clear();
    this.isWhole = true;
  }

  /**
   * Until it is given manifests it is not whole: a plan that is made without them would leave services out.
   * @param reload gives it those that were accepted last
   */
  expectManifests(reload: () => Promise<void>): void {
    this.isWhole = false;
    this.reload = reload;
  }

  /**
   * @returns whether an operation can be carried out by what is known, after a look for what other processes have
   *   accepted meanwhile
   */
  async learns(kind: string, steps: readonly { name: string }[]): Promise<boolean> {
    const isKnown = (): boolean => this.knows(kind) && steps.every(({ name }) => this.known.steps.has(name));
    if (!isKnown()) await this.reload();
    return isKnown();
  }

  /** @returns everything that is declared now, whoever has declared it */
  current(): readonly ServiceDeclaration[] {
    const { services, operations } = this.application;
    return [...services, { service: 'the application', version: '1', operations }, ...this.manifests];
  }

  get manifests(): readonly Manifest[] {
    return this.known.manifests;
  }

  /** The services that the application is compiled with. */
  get ownServices(): string[] {
    return this.application.services.map(({ service }) => service);
  }

  get operations(): Iterable<OperationDefinition> {
    return this.known.operations.values();
  }

  /** The kinds that somebody asks for, or that follow what somebody asked for. */
  get clientKinds(): string[] {
    return [...this.operations]
      .filter(({ effect = 'writes' }) => !isOfSystem(effect))
      .map(({ kind }) => kind);
  }

  get relations(): readonly Relation[] {
    return this.known.relations;
  }

  /** Those of the relations that count what an operation did to their rows. */
  get counting(): readonly Relation[] {
    return this.known.counting;
  }

  /** @returns the operations that follow those of that kind by themselves */
  followersOf(kind: string): readonly OperationDefinition[] {
    return this.known.followers.get(kind) ?? NONE;
  }

  /**
   * @param services those that take part
   * @returns the words that requests are held to
   */
  words(services: readonly string[]): Words {
    const operations = [...this.operations];
    return {
      kinds: operations.map(({ kind }) => kind),
      clientKinds: this.clientKinds,
      services,
      targetTypes: [...this.known.resources.keys()],
      reads: [...this.application.reads, ...this.manifests.flatMap(readsOf)],
      steps: [...this.known.steps.values()],
    };
  }

  /** @throws UnknownWord where this process knows no such kind */
  of(kind: string): OperationDefinition {
    return found(this.known.operations, kind, 'operation');
  }

  /** @returns undefined of a kind that no service declares any more, of which operations are there still */
  find(kind: string): OperationDefinition | undefined {
    return this.known.operations.get(kind);
  }

  knows(kind: string): boolean {
    return this.known.operations.has(kind);
  }

  /** @returns whether somebody may ask for it who is not signed in: the answer has a token by which the operation is read */
  isAnonymous(kind: string): boolean {
    return this.known.anonymous.has(kind);
  }

  /** @returns what the ledger has to know of operations of that kind */
  factsOf(kind: string): OperationFacts {
    const { effect = 'writes', beside, changesRoles, reportsDeletion, endsAccess } = this.of(kind);
    return { effect, beside, changesRoles, reportsDeletion, endsAccess };
  }

  /** @returns the kind that erases a user for ever */
  get purge(): string {
    return this.theOne(({ effect }) => effect === 'ends');
  }

  /** @returns the kind that makes the services agree with a user */
  get repair(): string {
    return this.theOne(({ mends }) => mends === true);
  }

  /** The application has exactly one. */
  private theOne(isIt: (definition: OperationDefinition) => boolean): string {
    return this.application.operations.find(isIt)!.kind;
  }

  /** @throws UnknownWord where no service that this process knows has it */
  step(name: string): StepDeclaration {
    return found(this.known.steps, name, 'step');
  }

  /** @returns the steps of an operation of that kind, as the ledger writes them down */
  stepsOf(kind: string, payload: Record<string, unknown>): NewOperation['steps'] {
    if (!this.isWhole) throw unavailable('What services have declared is not read yet.');
    const { plan, steps } = this.of(kind);
    if (plan) return this.planned(kind, plan.steps(payload, this));
    const fixed = this.fixedSteps.get(kind) ?? this.planned(kind, steps);
    this.fixedSteps.set(kind, fixed);
    return fixed;
  }

  private planned(kind: string, own: readonly string[]): NewOperation['steps'] {
    return withRelated(kind, own, this).map((name) => ({ name, service: serviceOf(name) }));
  }

  /** @returns whether an operation of that kind makes its target: a resource whose later writes go to the same lane */
  creates(kind: string): boolean {
    const { creates, effect } = this.of(kind);
    return Boolean(creates) && effect !== 'opens';
  }

  /** @returns where a resource is read that an operation has made */
  addressOf({ kind, targetId, userId }: { kind: string; targetId: string; userId: string }): string {
    const { path } = found(this.known.resources, this.of(kind).creates ?? '', 'resource');
    return `${path.replaceAll(/\{\w+\}/g, userId)}/${targetId}`;
  }

  /** @returns the type of the resource whose id a path names: of `/v1/things/{id}/move` that which lies at `/v1/things` */
  resourceIn(path: string): string {
    const before = anyNames(path.split('/{id}', 1)[0]!);
    const named = [...this.known.resources.values()].find((resource) => anyNames(resource.path) === before);
    if (named) return named.type;
    throw new UnknownWord(`The path ${path}`, 'names no resource that is declared.');
  }

  /** @returns the type of the resource that lies at a path or above it; the user's where there is none */
  ownerOf(path: string): string {
    const above = [...this.known.resources.values()].filter((resource) =>
      `${path}/`.startsWith(`${resource.path}/`),
    );
    const closest = above.toSorted((a, b) => b.path.length - a.path.length)[0];
    return closest?.type ?? this.subject.type;
  }

  /** @returns how that step is sent */
  callOf(step: string): Call {
    return this.application.callOf(step) ?? declaredCall(step, this);
  }

  /** @returns what a success of that kind leaves, made of the answers of its steps */
  endOf(kind: string, answers: Answers): OperationEnd {
    return endOf(this.of(kind), answers, this.application.subjectEnd);
  }

  private assertCarriedOut(): void {
    assertCarriedOut(this);
    for (const { kind } of this.operations) {
      const steps = this.stepsOf(kind, this.application.everyStep).map(({ name }) => name);
      assertHasWayOut(`The plan of ${kind}`, steps, this);
    }
    assertFollowOns([...this.operations]);
  }
}

/** @returns a path whose parameters have no names: two that differ in these alone are one */
function anyNames(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}

/** A kind or a step that came with a manifest which this process has not read yet, or that nobody declares any more. */
export class UnknownWord extends ConfigurationError {}

function found<Thing>(things: ReadonlyMap<string, Thing>, name: string, what: string): Thing {
  const thing = things.get(name);
  if (thing) return thing;
  throw new UnknownWord(`The ${what} ${name}`, 'is declared by no service that takes part.');
}
