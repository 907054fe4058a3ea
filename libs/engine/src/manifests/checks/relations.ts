import type { RelationDeclaration, Shape, StepDeclaration } from '@turnpike/protocol';
import { sourceOf } from '../../definitions/related-steps.js';
import { serviceOf, stepOfRule, SUBJECT_EVENTS } from '../../definitions/relations.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';
import { mayAnswer } from './pointers.js';
import { ownStepsOf, type RuleFor, rulesOf } from './rules.js';

/** A relation is of its own service, refers to what there is, and each of its rules has a step that carries it out. */
export function unsoundRelations(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) => [
    ...columnsOf(relation, candidate),
    ...rulesOf(relation).flatMap((rule) => complaintsAbout(rule, relation, candidate)),
    ...followedBy(relation, candidate),
  ]);
}

function columnsOf({ from, to }: RelationDeclaration, candidate: Candidate): string[] {
  const { service } = candidate.manifest;
  if (serviceOf(from) !== service) return [`refers from ${from}, which is of another service`];
  return candidate.columns.has(to) ? [] : [`refers to ${to}, which is declared by no service`];
}

function complaintsAbout(
  { occasion, isEvent, rule }: RuleFor,
  relation: RelationDeclaration,
  candidate: Candidate,
): string[] {
  const stray = isEvent ? [] : strayOccasion(occasion, relation, candidate);
  const step = stepOfRule(rule);
  if (stray.length > 0 || step === null) return stray;
  const complaint = candidate.complaintAboutStep(step);
  if (complaint) return [complaint];
  return rule.kind === 'restrict' ? restricted(occasion, candidate.step(step)!) : [];
}

/** In `on` stand kinds of operations, and steps of the service that is referred to. */
function strayOccasion(name: string, { to }: RelationDeclaration, candidate: Candidate): string[] {
  const operation = candidate.operation(name);
  if (!operation && !candidate.step(name)) return [`has a rule for ${name}, which is declared by no service`];
  const isOfUser = operation ? (operation.effect ?? 'writes') !== 'writes' : happensBy(name, candidate);
  if (isOfUser) return [`has a rule for ${name} in on, and not by the name of what happens to the user`];
  if (operation || serviceOf(name) === serviceOf(to)) return [];
  return [`has a rule for the step ${name}, and refers to nothing of its service`];
}

/** What happens to a user has rules of its own in each relation: a service has to know of it for its tombstone. */
function happensBy(step: string, { subject, relations }: Candidate): boolean {
  const following = relations.flatMap((relation) => [
    relation.follow,
    ...SUBJECT_EVENTS.map((event) => stepOfRule(relation[event])),
  ]);
  return [...Object.values(subject.steps).flat(), ...following].includes(step);
}

/** Whoever may forbid is asked first, and what it has done until the others have answered can be taken back. */
function restricted(occasion: string, { name, refuses, undo }: StepDeclaration): string[] {
  return [
    ...(refuses ? [] : [`restricts ${occasion} by ${name}, which never refuses`]),
    ...(undo ? [] : [`restricts ${occasion} by ${name}, which cannot be undone`]),
  ];
}

/** What has happened to the subject has happened: nobody can refuse to follow. */
function followedBy({ follow }: RelationDeclaration, candidate: Candidate): string[] {
  if (follow === undefined) return [];
  const complaint = candidate.complaintAboutStep(follow);
  if (complaint) return [complaint];
  return candidate.step(follow)!.refuses ? [`is followed by ${follow}, which may be refused`] : [];
}

/**
 * Rows are brought copies of what somebody answers. Whether a member is there is known where the step says what it answers,
 * or is the last of an operation that says what it results in.
 */
export function unsoundCopies(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) => {
    const copying = rulesOf(relation).filter(({ rule }) => rule.kind === 'copy');
    const complaints = copying.flatMap((rule) =>
      rule.isEvent ? copiesOfUser(relation, candidate) : copiesOn(rule, relation, candidate),
    );
    return [...new Set(complaints)];
  });
}

/** What a step did is counted by what it answers. */
export function unsoundCounts(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) =>
    rulesOf(relation).flatMap(({ rule }) => {
      if (rule.kind === 'retain' || rule.counts === undefined) return [];
      const { step, counts } = rule;
      return answers(step, counts, candidate) ? [] : [`counts by ${counts}, which ${step} does not answer`];
    }),
  );
}

function copiesOfUser({ copies = {} }: RelationDeclaration, { subject, all }: Candidate): string[] {
  const resources = all.flatMap(({ resources = [] }) => resources);
  const schema = resources.find(({ type }) => type === subject.type)?.schema;
  const unknown = Object.values(copies).filter(
    (member) => schema && member !== 'name' && !mayAnswer(schema, member),
  );
  return unknown.map((member) => `copies ${member}, which a ${subject.type} does not have`);
}

function copiesOn(rule: RuleFor, relation: RelationDeclaration, candidate: Candidate): string[] {
  const { occasion } = rule;
  const { copies, to } = relation;
  if (!copies) return [`copies on ${occasion}, and does not say what`];
  const source = candidate.operation(occasion)
    ? sourceOf(relation, rule, ownStepsOf(rule, candidate), candidate.relations)
    : occasion;
  if (source === undefined)
    return [`copies on ${occasion}, of which no step writes what it refers to: ${to}`];
  const unknown = Object.values(copies).filter((member) => !answers(source, member, candidate));
  return unknown.map((member) => `copies ${member}, which ${source} does not answer`);
}

/** @returns whether the step may answer it; true where nobody says what it answers */
function answers(step: string, member: string, candidate: Candidate): boolean {
  const shape = answerOf(step, candidate);
  return !shape || mayAnswer(shape, member);
}

function answerOf(step: string, candidate: Candidate): Shape | null | undefined {
  const { answer } = candidate.step(step) ?? {};
  if (answer) return answer;
  const operations = candidate.all.flatMap((declaration) => declaration.operations ?? []);
  return operations.find(({ steps, result }) => result && steps.at(-1) === step)?.result;
}
