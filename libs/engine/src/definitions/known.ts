import type {
  Manifest,
  OperationDeclaration,
  ResourceDeclaration,
  ServiceDeclaration,
  StepDeclaration,
} from '@turnpike/protocol';
import type { Subject } from './lifecycle-sagas.js';
import { isAnonymous, type OperationDefinition, type SubjectEnd } from './operation.js';
import type { Call } from './plan.js';
import { isCounting } from './relation-counts.js';
import { type Relation, relationOf } from './relations.js';

/** What an application is compiled with. */
export interface Definitions {
  subject: Subject;
  /** What its services declare beside their operations. */
  services: readonly ServiceDeclaration[];
  operations: readonly OperationDefinition[];
  /** By which names the audit trail is told what was shown to somebody whom a role let in. */
  reads: readonly string[];
  /** @returns how that step is sent; undefined where it is sent as a manifest's is */
  callOf: (step: string) => Call | undefined;
  subjectEnd: SubjectEnd;
  /** A payload that asks for every step that a plan can have. */
  everyStep: Record<string, unknown>;
}

/** One consistent state of what is known. */
export interface Known {
  operations: ReadonlyMap<string, OperationDefinition>;
  /** The kinds that somebody may ask for who is not signed in. */
  anonymous: ReadonlySet<string>;
  steps: ReadonlyMap<string, StepDeclaration>;
  resources: ReadonlyMap<string, ResourceDeclaration>;
  relations: readonly Relation[];
  /** Those of them that count what an operation did to their rows. */
  counting: readonly Relation[];
  /** The operations that follow another one, by the kinds of those. */
  followers: ReadonlyMap<string, readonly OperationDefinition[]>;
  manifests: readonly Manifest[];
}

/** @returns what is known of an application, and of services that have joined it */
export function knownBy(application: Definitions, manifests: readonly Manifest[]): Known {
  const declared = [...application.services, ...manifests];
  const operations = [...application.operations, ...manifests.flatMap(operationsOf)];
  const relations = declared.flatMap((one) => (one.relations ?? []).map(relationOf));
  return {
    operations: by(operations, ({ kind }) => kind),
    anonymous: new Set(operations.filter(isAnonymous).map(({ kind }) => kind)),
    steps: by(
      declared.flatMap(({ steps = [] }) => steps),
      ({ name }) => name,
    ),
    resources: by(
      declared.flatMap(({ resources = [] }) => resources),
      ({ type }) => type,
    ),
    relations,
    counting: relations.filter(isCounting),
    followers: followersIn(operations),
    manifests,
  };
}

/** @returns by which names the audit trail is told of the reads of a service; none where it has none */
export function readsOf({ service, reads = [] }: Manifest): string[] {
  return reads.length > 0 ? [nameOfReads(service)] : [];
}

/** @returns by which name the audit trail is told of what was read of a service that joins */
export function nameOfReads(service: string): string {
  return `${service}.read`;
}

function followersIn(
  operations: readonly OperationDefinition[],
): ReadonlyMap<string, readonly OperationDefinition[]> {
  const followed = new Set(operations.flatMap(({ after }) => after ?? []));
  return new Map([...followed].map((kind) => [kind, operations.filter(({ after }) => after === kind)]));
}

function operationsOf({ operations = [] }: ServiceDeclaration): readonly OperationDeclaration[] {
  return operations;
}

function by<Thing>(things: readonly Thing[], nameOf: (thing: Thing) => string): ReadonlyMap<string, Thing> {
  return new Map(things.map((thing) => [nameOf(thing), thing]));
}
