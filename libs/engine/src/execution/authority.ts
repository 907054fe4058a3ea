import { Injectable } from '@nestjs/common';
import { holds, type Role } from '@turnpike/protocol';
import { problemOf } from '@turnpike/service';
import { LRUCache } from 'lru-cache';
import { Actors } from '../ledger/actor-standings.js';
import type { ClaimedRow } from '../ledger/statements/claim.js';
import { Subjects } from '../ports/subjects.js';

/*
 * Whether somebody still has the role by which a write, or a run over many, was accepted. What was accepted may wait for
 * hours; a role that was taken meanwhile, and an account that is gone, must not be carried out in their name.
 */

/** Unknown: the service of the users does not answer, or the roles are being changed. Ask again later. */
export type Held = 'held' | 'lost' | 'unknown';

/**
 * Milliseconds for which its answer counts while the actor's lane takes nothing: a change of roles goes through
 * that lane, and is seen there at once.
 */
const COUNTS_FOR_MS = 5000;

/** Actors at a time; operators are few. */
const MAX_ACTORS = 1000;

/** What is about to be carried out, and where it stands. */
export type Begun = Pick<ClaimedRow, 'changes_roles' | 'user_id' | 'seq'>;

@Injectable()
export class Authority {
  private readonly roles = new LRUCache<string, readonly Role[]>({ max: MAX_ACTORS, ttl: COUNTS_FOR_MS });

  constructor(
    private readonly actors: Actors,
    private readonly subjects: Subjects,
  ) {}

  /** Whether a write may be carried out, which each of its runs asks. Where no role let its actor in nothing is asked. */
  async toCarryOut(claimed: ClaimedRow): Promise<Held> {
    const { actor_id: actorId, by_role: role } = claimed;
    if (!actorId || !role) return 'held';
    return this.of(actorId, role, claimed);
  }

  /** @param write the write that is to be carried out; left out for what is no write */
  async of(actorId: string, role: Role, write?: Begun): Promise<Held> {
    const place = write && { userId: write.user_id, seq: write.seq };
    const standing = await this.actors.standing(actorId, place);
    if (!standing?.isOpen) return 'lost';
    // Two changes of roles that would wait for each other's actor could both wait for ever.
    if (standing.rolesChange) return write?.changes_roles ? 'lost' : 'unknown';
    // A change of roles that stands behind the write has its place in the actor's lane already: its end moves no key.
    if (place?.userId === actorId) return this.ask(actorId, role);
    const key = `${actorId} ${standing.lastSeq}`;
    if (holds(this.roles.get(key) ?? [], role)) return 'held';
    return this.ask(actorId, role, key);
  }

  /** @param key under which the answer counts for a while; left out where it must not */
  private async ask(actorId: string, role: Role, key?: string): Promise<Held> {
    try {
      const { roles, state } = await this.subjects.rolesOf(actorId);
      if (state !== 'active' || !holds(roles, role)) return 'lost';
      if (key !== undefined) this.roles.set(key, roles);
      return 'held';
    } catch (error) {
      return problemOf(error).code === 'not-found' ? 'lost' : 'unknown';
    }
  }
}

/** @returns whether a step may have been sent: then what became of it has to be seen, whoever asked for it */
export function mayHaveBegun({ crashes, steps }: ClaimedRow): boolean {
  return crashes > 0 || steps.some(({ attempts, state }) => attempts > 0 || state !== 'pending');
}
