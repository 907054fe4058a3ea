import type { RelationDeclaration, RelationRule } from '@turnpike/protocol';
import { DECISION, type Finality, finality } from './finality.js';
import { serviceOf, type SubjectEvent, tableOf } from './relations.js';

/*
 * What relations add to a plan, and where in it.
 *
 * A relation has rules for events of the user, for kinds of operations, and for steps of the service that it refers to. By the
 * last a plan goes on from table to table: a step that a relation adds may have rules of further relations.
 *
 * The way out decides first (finality.ts). Among steps of one finality rows that go, go before what they refer to, and rows
 * that come, or are brought a copy, come after it. A copy is made of an answer: it stands behind the step that gives it.
 */

/** What a plan is for: an event of the user, or a kind of operation. */
export interface Occasion {
  occasion: string;
  isEvent: boolean;
}

/** A step that a relation adds to a plan. */
export interface Addition {
  step: string;
  relation: RelationDeclaration;
  rule: Exclude<RelationRule, { kind: 'retain' }>;
  /** How many relations lie between its rows and what refers to nothing. */
  depth: number;
  /** Rows come into being by it, or are changed: what they refer to has to be so already. */
  brings: boolean;
  /** The step whose answer it copies; undefined where it copies none. */
  source: string | undefined;
}

/** Where in a plan a step stands: by its rank, among those of one rank by its level. */
interface Place {
  rank: number;
  level: number;
}

/** Events after which there are rows that were not there before. */
const BRINGING: readonly string[] = ['register', 'update', 'restore'] satisfies SubjectEvent[];

/** @returns the steps that relations add to a plan that has those of its own */
export function additionsTo(
  own: readonly string[],
  occasion: Occasion,
  relations: readonly RelationDeclaration[],
): Addition[] {
  const first = relations.flatMap((relation) => {
    const rule = ruleOf(relation, occasion);
    if (!isCarriedOut(rule)) return [];
    const source = sourceOf(relation, occasion, own, relations);
    return [{ relation, rule, brings: bringsAt(occasion, rule), source }];
  });
  const begun = [...own, ...first.map(({ rule }) => rule.step)];
  const all = [...first, ...further(begun, occasion, relations)];
  if (all.length === 0) return [];
  const depths = depthsOf(relations);
  return all.map(({ source, ...one }) => ({
    ...one,
    step: one.rule.step,
    depth: depths.get(tableOf(one.relation.from))!,
    source: one.rule.kind === 'copy' ? source : undefined,
  }));
}

type Found = Pick<Addition, 'relation' | 'rule' | 'brings' | 'source'>;

/** What a set gets while it is walked through is come to as well. */
function further(
  plan: readonly string[],
  { occasion }: Occasion,
  relations: readonly RelationDeclaration[],
): Found[] {
  const steps = new Set(plan);
  const found: Found[] = [];
  for (const step of steps) {
    if (step === occasion) continue;
    for (const one of atStep(step, relations)) {
      found.push(one);
      steps.add(one.rule.step);
    }
  }
  return found;
}

function atStep(source: string, relations: readonly RelationDeclaration[]): Found[] {
  return relations.flatMap((relation) => {
    const rule = relation.on?.[source];
    return isCarriedOut(rule) ? [{ relation, rule, brings: rule.kind === 'copy', source }] : [];
  });
}

function ruleOf(relation: RelationDeclaration, { occasion, isEvent }: Occasion): RelationRule | undefined {
  return isEvent ? relation[occasion as SubjectEvent] : relation.on?.[occasion];
}

function isCarriedOut(rule: RelationRule | undefined): rule is Addition['rule'] {
  return rule !== undefined && rule.kind !== 'retain';
}

function bringsAt({ occasion, isEvent }: Occasion, { kind }: RelationRule): boolean {
  return kind === 'copy' || (isEvent && BRINGING.includes(occasion));
}

/**
 * @param own the steps of the operation itself; of an event, those at the user
 * @returns the step that writes what the relation refers to: the operation's last one, or that by which rows between take part;
 *   undefined where none does
 */
export function sourceOf(
  { to }: RelationDeclaration,
  occasion: Occasion,
  own: readonly string[],
  relations: readonly RelationDeclaration[],
): string | undefined {
  if (occasion.isEvent) return own[0];
  const last = own.at(-1);
  if (last !== undefined && serviceOf(last) === serviceOf(to)) return last;
  const between = relations.filter(({ from }) => tableOf(from) === tableOf(to));
  return between.map((relation) => ruleOf(relation, occasion)).find(isCarriedOut)?.step;
}

/** @returns of each table, how many relations lead from it one after the other, at most */
function depthsOf(relations: readonly RelationDeclaration[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  // In a circle, which is refused as such, they would grow for ever.
  for (let left = relations.length; left > 0 && deepen(depths, relations); left -= 1);
  return depths;
}

/** @returns whether any is deeper than it was */
function deepen(depths: Map<string, number>, relations: readonly RelationDeclaration[]): boolean {
  let hasGrown = false;
  for (const { from, to } of relations) {
    const depth = 1 + (depths.get(tableOf(to)) ?? 0);
    if (depth <= (depths.get(tableOf(from)) ?? 0)) continue;
    depths.set(tableOf(from), depth);
    hasGrown = true;
  }
  return hasGrown;
}

/**
 * @param own in the order in which the operation declares them, which stays
 * @returns the names of all steps, each once, in the order in which they are carried out
 */
export function planOf(
  own: readonly string[],
  additions: readonly Addition[],
  stepNamed: (name: string) => Finality,
): string[] {
  const added = additions.filter(({ step }) => !own.includes(step));
  if (added.length === 0) return [...own];
  const places = ownPlaces(own, stepNamed);
  for (const addition of added.sort((one, other) => one.depth - other.depth)) {
    const { step, source = '', depth } = addition;
    const rank = Math.max(finality(stepNamed(step)), places.get(source)?.rank ?? 0);
    // A plan has one decision: where a relation brings a second, the operation's own is the first.
    const isBehind = addition.brings || rank === DECISION;
    places.set(step, merged(places.get(step), { rank, level: isBehind ? depth : -depth }));
  }
  return [...places]
    .sort(([, one], [, other]) => one.rank - other.rank || one.level - other.level)
    .map(nameIn);
}

function nameIn([name]: readonly [string, Place]): string {
  return name;
}

/** None comes before the one that is declared before it. */
function ownPlaces(own: readonly string[], stepNamed: (name: string) => Finality): Map<string, Place> {
  let rank = 0;
  return new Map(
    own.map((name) => {
      rank = Math.max(rank, finality(stepNamed(name)));
      return [name, { rank, level: 0 }];
    }),
  );
}

/** A step that serves several relations stands where the one has it that needs most before it, or else most behind it. */
function merged(before: Place | undefined, place: Place): Place {
  if (!before) return place;
  const levels = [before.level, place.level];
  const level = Math.max(...levels) > 0 ? Math.max(...levels) : Math.min(...levels);
  return { rank: Math.max(before.rank, place.rank), level };
}
