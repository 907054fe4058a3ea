import { ApiProperty } from '@nestjs/swagger';
import { ACTS, INTERVENTIONS, NOTICES, ROUTINE_READS, WEBHOOK_ACTIONS } from './operators/actions.js';
import type { StepDeclaration } from './manifest.js';
import { EVENT_TYPE_PREFIX } from './services/events.js';

/*
 * The words of an installation: which kinds of operations it has, which services, and what follows from those. They are
 * not known when this is compiled, and a service that joins brings more. The rules of requests hold these very lists, so
 * that they and the description always say what there is now; a process that learns nothing refuses every such word.
 */

/** What an installation is told of its definitions. */
export interface Words {
  /** Of operations; the order of all lists is that in which they are shown. */
  kinds: readonly string[];
  /** The kinds that a client may ask for. */
  clientKinds: readonly string[];
  services: readonly string[];
  targetTypes: readonly string[];
  /** What the trail calls reads of the data of others. */
  reads: readonly string[];
  steps: readonly Pick<StepDeclaration, 'event' | 'undo'>[];
}

/** The lists that rules hold. Only {@link learn} changes them. */
export const VOCABULARY = {
  kinds: list(),
  clientKinds: list(),
  services: list(),
  targetTypes: list(),
  reads: list(),
  /** What can be subscribed to. */
  events: list(),
  /** Everything that the trail tells of: acts, reads, webhooks, notices, and the end of every write by its kind. */
  auditActions: list(),
};

/** Stands for all events in a subscription. */
export const ALL_EVENTS = '*';

/** How an operation ends. */
const ENDS = ['succeeded', 'failed', 'cancelled', 'rejected'];

/** How the trail tells that a write has ended without success: `order.pay failed`. */
const UNSUCCESSFUL = ENDS.slice(1);

let learnt = 0;

/** @returns a number that changes whenever other words are learnt */
export function vocabularyVersion(): number {
  return learnt;
}

/** Puts these words in the place of those before. */
export function learn({ steps, ...words }: Words): void {
  learnt += 1;
  const events = eventsOf(steps);
  const auditActions = auditActionsOf(words);
  for (const [name, values] of Object.entries({ ...words, events, auditActions })) {
    const known = VOCABULARY[name as keyof typeof VOCABULARY];
    known.splice(0, known.length, ...values);
  }
}

/** One of these words, as the description tells; it is asked for them when it is made, and by then they are learnt. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  return ApiProperty({ type: 'string', enum: words as string[] });
}

function list(): string[] {
  return [];
}

function eventsOf(steps: Words['steps']): string[] {
  return [
    ALL_EVENTS,
    ...ENDS.map((end) => `operation.${end}`),
    ...steps.flatMap(({ event, undo }) => typesOf(event, undo)),
  ];
}

function typesOf(event: string | null, undo: boolean): string[] {
  if (event === null) return [];
  const type = `${EVENT_TYPE_PREFIX}${event}`;
  return undo ? [type, `${type}.undone`] : [type];
}

function auditActionsOf({ kinds, reads }: Pick<Words, 'kinds' | 'reads'>): string[] {
  return [
    ...INTERVENTIONS,
    ...ACTS,
    ...reads,
    ...ROUTINE_READS,
    ...WEBHOOK_ACTIONS,
    ...NOTICES,
    ...kinds.flatMap((kind) => [kind, ...UNSUCCESSFUL.map((end) => `${kind} ${end}`)]),
  ];
}
