/*
 * What a service says of itself: its resources, operations, steps, relations, reads and problems. As TypeScript it is
 * what an application is compiled with; as JSON it is the answer of `GET /internal/manifest`. Both have the same members, so
 * the gateway makes routes, authorisation, plans, integrity rules and documents of either in one way.
 */

/** Where a service answers with its manifest. */
export const MANIFEST_PATH = '/internal/manifest';

/** The version of this format. */
export const MANIFEST_VERSION = 1;

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a body or an answer looks like: a class with the decorators of class-validator, or a JSON Schema. */
export type Shape = (new () => object) | JsonSchema;

/**
 * Anyone: signed in or not. Holder: whoever has the token of that one operation. User: whoever is signed in, about
 * the own data. Owner: whose data it is. Actor: whoever asked for that operation. Any other word is a role.
 */
export type Who = 'anyone' | 'holder' | 'user' | 'owner' | 'actor' | (string & {});

/**
 * What an operation does to the lane that it is in.
 * opens: makes the user. closes: after it nothing of before may run. reopens: brings a deleted user back. ends: erases a
 * deleted user for ever. follows: makes services agree with what has happened to the user already. writes: anything else.
 */
export const EFFECTS = ['opens', 'closes', 'reopens', 'ends', 'follows', 'writes'] as const;
export type Effect = (typeof EFFECTS)[number];

/**
 * @returns whether the system alone asks for operations with that effect: nobody can withdraw one, it is carried through
 *   without a deadline, and it holds nothing personal
 */
export function isOfSystem(effect: Effect): boolean {
  return effect === 'ends' || effect === 'follows';
}

/**
 * Whose lane a request belongs to: the caller's, that of the resource which the path names as `{id}`, or the one whose
 * user id stands in that member of the path or of the body.
 */
export type LaneOf = 'caller' | 'resource' | `path:${string}` | `body:${string}`;

/** Something that has an address, and whose writes go to one lane. */
export interface ResourceDeclaration {
  type: string;
  /** Below which each is read by its id, with `{name}` for what changes: `/v1/users/{userId}/points`. */
  path: string;
  schema?: Shape;
}

/** One call of a service in the course of an operation. */
export interface StepDeclaration {
  name: string;
  /** It may be refused for good. */
  refuses: boolean;
  /** It can be taken back once it is in force. */
  undo: boolean;
  /** The type of the event that it leaves in the outbox, without the prefix; null where it leaves none. */
  event: string | null;
  /** What it answers: what relations copy of it, and count by it, has to be there. Left out, that is not looked at. */
  answer?: Shape;
}

/** An operation: what clients may ask for, or what follows another one. */
export interface OperationDeclaration<Kind extends string = string> {
  kind: Kind;
  /** The route; left out where no client can ask for it. */
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path?: string;
  /** For people who read the list of routes. */
  summary?: string;
  /** `writes` if left out. */
  effect?: Effect;
  lane?: LaneOf;
  /** The type of the resource that it writes to, where the path names one; left out, as the path says. */
  on?: string;
  allow?: readonly Who[];
  /** Left out where it has no body. */
  body?: Shape | null;
  /** Its success in the body of the answer; left out where nothing is left to be shown. */
  result?: Shape | null;
  /** JSON pointers into the body to what is personal: it is hidden from operators. */
  personal?: readonly string[];
  /** Codes of problems that this kind alone can end with. */
  refuses?: readonly string[];
  /** The type of the resource that it makes: its success is 201, and later writes of that go to this lane. */
  creates?: string | null;
  /** The step compares `If-Match` with the resource. */
  ifMatch?: boolean;
  /** What a final failure means for the writes behind it. */
  onFailure?: 'continue' | 'hold';
  /** In the order in which they are carried out. */
  steps: readonly string[];
  /** The kind after whose success it follows by itself. */
  after?: string;
  /** Of a follow-on: members of its input, by JSON pointers into `{operation, input, answers, result}` of the one before. */
  input?: Readonly<Record<string, string>>;
}

/** What a rule has that something has to be done for. */
interface CarriedOut {
  step: string;
  /** The member of the step's answer that says how many rows it was: a number, or a list with one entry for each. */
  counts?: string;
}

/** What becomes of the rows of a relation, by the names that SQL has for it. */
export type RelationRule =
  /** They hold a copy of columns, which is brought to them. */
  | ({ kind: 'copy' } & CarriedOut)
  /** They follow what they refer to: deleted with it, and back with it. */
  | ({ kind: 'cascade' } & CarriedOut)
  /** They forbid it. */
  | ({ kind: 'restrict' } & CarriedOut)
  /** They stay, without what tells whose they were (SQL: set null). */
  | ({ kind: 'anonymise' } & CarriedOut)
  /** They stay as they are (SQL: no action). No step has to do anything. */
  | { kind: 'retain' };

/** A foreign key between services. */
export interface RelationDeclaration {
  /** As refusals, receipts and findings call it. */
  name: string;
  /** The column that refers: `loyalty.accounts.user_id`. */
  from: string;
  /** The column that is referred to: `identity.users.id`, or any other resource's. */
  to: string;
  /** How many rows there are for each that is referred to: exactly one, at most one; any number if left out. */
  each?: 'one' | 'optional';
  /** What becomes of the rows when the user is registered, changed, deleted, restored and purged; `retain` if left out. */
  register?: RelationRule;
  update?: RelationRule;
  delete?: RelationRule;
  restore?: RelationRule;
  purge?: RelationRule;
  /**
   * The same for kinds of operations on any other resource: `{"order.cancel": {"kind": "cascade", "step": "loyalty.revoke"}}`. Or
   * for steps of the service that is referred to, whatever they are part of: `{"loyalty.revoke": …}`.
   */
  on?: Readonly<Record<string, RelationRule>>;
  /**
   * What the rows hold copies of: members of the answer of the step that wrote what is referred to, or JSON pointers into it,
   * by the names that the rows have for them: `{"status": "status", "paid": "/total/amount"}`. A user has a `name`, too, of
   * which alone there is a copy if left out.
   */
  copies?: Readonly<Record<string, string>>;
  /** The step that makes the rows what they should be as the user is at that moment. */
  follow?: string;
}

/** A read that the gateway passes on to the service. */
export interface ReadDeclaration {
  method: 'GET';
  path: string;
  summary?: string;
  lane: LaneOf;
  allow: readonly Who[];
  /** The address at the service, with the same `{name}`s. */
  internal: string;
  result?: Shape;
  /**
   * JSON pointers into its result to what is personal. Of a purged user there is then the rest, with null in these places;
   * left out, nothing is read of such a user. A place in a list stands for each of its items.
   */
  personal?: readonly string[];
}

export interface ProblemDeclaration {
  code: string;
  status: number;
  title: string;
  /** What whoever gets it can do. */
  help?: string;
}

/** All that a service brings. */
export interface ServiceDeclaration {
  service: string;
  version: string;
  resources?: readonly ResourceDeclaration[];
  operations?: readonly OperationDeclaration[];
  steps?: readonly StepDeclaration[];
  relations?: readonly RelationDeclaration[];
  reads?: readonly ReadDeclaration[];
  problems?: readonly ProblemDeclaration[];
}

/** The same on the wire: every shape is a JSON Schema. */
export interface Manifest extends ServiceDeclaration {
  manifest: typeof MANIFEST_VERSION;
}
