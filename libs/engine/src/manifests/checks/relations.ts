import type { RelationDeclaration, StepDeclaration } from '@turnpike/protocol';
import { serviceOf, stepOfRule } from '../../definitions/relations.js';
import { inEach } from '../form/lines.js';
import type { Candidate } from './candidate.js';
import { type RuleFor, rulesOf } from './rules.js';

/** A relation is of its own service, refers to what there is, and each of its rules has a step that carries it out. */
export function unsoundRelations(candidate: Candidate): string[] {
  return inEach(candidate.manifest, 'relations', (relation) => [
    ...columnsOf(relation, candidate),
    ...rulesOf(relation).flatMap((rule) => complaintsAbout(rule, candidate)),
    ...followedBy(relation, candidate),
  ]);
}

function columnsOf({ from, to }: RelationDeclaration, candidate: Candidate): string[] {
  const { service } = candidate.manifest;
  if (serviceOf(from) !== service) return [`refers from ${from}, which is of another service`];
  return candidate.columns.has(to) ? [] : [`refers to ${to}, which is declared by no service`];
}

function complaintsAbout({ occasion, isEvent, rule }: RuleFor, candidate: Candidate): string[] {
  if (!isEvent) {
    const operation = candidate.operation(occasion);
    if (!operation) return [`has a rule for ${occasion}, which is declared by no service`];
    if ((operation.effect ?? 'writes') !== 'writes')
      return [`has a rule for ${occasion} in on, and not by the name of what happens to the user`];
  }
  const step = stepOfRule(rule);
  if (step === null) return [];
  const complaint = candidate.complaintAboutStep(step);
  if (complaint) return [complaint];
  return rule.kind === 'restrict' ? restricted(occasion, candidate.step(step)!) : [];
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
