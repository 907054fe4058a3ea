import type {
  Manifest,
  OperationDeclaration,
  RelationDeclaration,
  ServiceDeclaration,
  StepDeclaration,
} from '@turnpike/protocol';
import { serviceOf, tableOf } from '../../definitions/relations.js';
import type { Subject } from '../../definitions/lifecycle-sagas.js';
import type { Route } from './route.js';

/** What a manifest has to agree with. */
export interface Surroundings {
  /** What the application and the other services have declared. */
  others: readonly ServiceDeclaration[];
  /** Routes of the application that no operation stands for: of sessions, of operators. */
  routes: readonly Route[];
  /** Codes of problems that any operation may end with. */
  problems: readonly string[];
  subject: Subject;
}

/** A manifest and all that would be declared if it were accepted. */
export class Candidate {
  readonly all: readonly ServiceDeclaration[];
  readonly relations: readonly RelationDeclaration[];
  /** What rows may refer to: the subject, and the ids of all tables that refer to something themselves. */
  readonly columns: ReadonlySet<string>;
  private readonly stepsByName: ReadonlyMap<string, StepDeclaration>;
  private readonly operationsByKind: ReadonlyMap<string, OperationDeclaration>;

  constructor(
    readonly manifest: Manifest,
    readonly surroundings: Surroundings,
  ) {
    this.all = [...surroundings.others, manifest];
    this.relations = this.all.flatMap(({ relations = [] }) => relations);
    this.columns = new Set([
      `${surroundings.subject.table}.id`,
      ...this.relations.map(({ from }) => `${tableOf(from)}.id`),
    ]);
    this.stepsByName = new Map(
      this.all.flatMap(({ steps = [] }) => steps.map((step) => [step.name, step] as const)),
    );
    this.operationsByKind = new Map(
      this.all.flatMap(({ operations = [] }) =>
        operations.map((operation) => [operation.kind, operation] as const),
      ),
    );
  }

  get subject(): Subject {
    return this.surroundings.subject;
  }

  step(name: string): StepDeclaration | undefined {
    return this.stepsByName.get(name);
  }

  operation(kind: string): OperationDeclaration | undefined {
    return this.operationsByKind.get(kind);
  }

  /** @returns those of the names that are declared, in their order */
  stepsOf(names: readonly string[]): StepDeclaration[] {
    return names.flatMap((name) => this.step(name) ?? []);
  }

  /** @returns what is wrong with naming that step in an operation or a relation of the manifest, or null */
  complaintAboutStep(name: string): string | null {
    const { service } = this.manifest;
    if (!this.step(name)) return `its step ${name} is declared by no service`;
    if (serviceOf(name) !== service) return `its step ${name} is of another service`;
    return null;
  }
}
