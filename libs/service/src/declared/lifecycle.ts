import type { RelationDeclaration } from '@turnpike/protocol';

/*
 * What the steps of relations mean for the tombstone. A service that a deletion has reached takes no write of that user any
 * more, whatever its handlers do; so it is not theirs to say.
 */

/** What happens to a user by a step. */
export type Happening = 'delete' | 'restore' | 'purge' | 'follow';

const HAPPENINGS = ['delete', 'restore', 'purge', 'follow'] as const satisfies readonly Happening[];

/** @returns what happens to the user by that step, by the relations that name it; one at most where nothing is wrong */
export function happeningsBy(step: string, relations: readonly RelationDeclaration[]): Happening[] {
  return HAPPENINGS.filter((happening) => relations.some((relation) => stepAt(relation, happening) === step));
}

/** @returns the step that carries a relation out when that happens to the user; undefined where none does */
function stepAt(relation: RelationDeclaration, happening: Happening): string | undefined {
  if (happening === 'follow') return relation.follow;
  const rule = relation[happening];
  return rule && rule.kind !== 'retain' ? rule.step : undefined;
}

/** What a step does to what Steps keeps of its user, beside what its handler does to the rows. */
export interface End {
  tombstone?: 'set' | 'clear';
  /** Nothing personal may be left, in the remembered answers neither. */
  forgets: boolean;
}

/**
 * @param state the user's, of a step that follows one
 * @returns what is to be done. A deletion sets the tombstone only where a restore would reach the service and take it
 *   away; elsewhere the lane and the fence keep late writes out.
 */
export function endOf(happening: Happening, state: unknown, relations: readonly RelationDeclaration[]): End {
  const isGone = happening === 'purge' || (happening === 'follow' && state === 'absent');
  if (isGone) return { tombstone: 'set', forgets: true };
  if (happening === 'restore' || (happening === 'follow' && state === 'active'))
    return { tombstone: 'clear', forgets: false };
  const comesBack = relations.some((relation) => stepAt(relation, 'restore'));
  return { tombstone: comesBack ? 'set' : undefined, forgets: false };
}
