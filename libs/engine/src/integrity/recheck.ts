import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Finding, IntegrityRow, IntegrityUser } from '@turnpike/protocol';
import pLimit from 'p-limit';
import { Catalogue } from '../definitions/catalogue.js';
import { type LaneStanding, LaneStandings } from '../queries/lane-standings.js';
import { findingsAbout, type Gone, goneBy, sourcesOf } from './rules.js';
import { SourcePages } from './row-reader.js';

/*
 * Tells faults from work under way. A fault counts when it is seen twice, STANDS_MS apart, and the user's lane was
 * idle at both looks and accepted nothing in between; a user without a lane has no writes, only the wait. Who is not
 * left in peace for that long is left to the next run.
 */

/** Milliseconds between two looks: longer than a change that a service began takes to reach the lane. */
const STANDS_MS = 2000;

/** Looks at a user whose lane is busy, beside the first. */
const MORE_LOOKS = 4;

/** Users that are looked at at a time: the services have other work. */
const AT_ONCE = 8;

/** What was seen of one user. */
interface Look {
  /** The same as long as the lane accepts nothing; null while something is under way in it. */
  standing: string | null;
  findings: readonly Finding[];
}

@Injectable()
export class Confirmation {
  constructor(
    private readonly pages: SourcePages,
    private readonly lanes: LaneStandings,
    private readonly catalogue: Catalogue,
  ) {}

  /** @returns what is certainly wrong about these users */
  async confirm(userIds: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    const confirmed: Finding[] = [];
    let before = await this.lookAt(userIds);
    for (let more = 0; more < MORE_LOOKS; more += 1) {
      const open = [...before].filter(([, look]) => isOpen(look)).map(([userId]) => userId);
      if (open.length === 0) break;
      await pause(STANDS_MS, undefined, { signal });
      const now = await this.lookAt(open);
      for (const [userId, look] of now) {
        const earlier = before.get(userId)!;
        if (look.standing === null || look.standing !== earlier.standing) continue;
        confirmed.push(...look.findings.filter((finding) => earlier.findings.some(isThe(finding))));
        now.delete(userId);
      }
      before = now;
    }
    return confirmed;
  }

  private async lookAt(userIds: readonly string[]): Promise<Map<string, Look>> {
    const limit = pLimit(AT_ONCE);
    const looks = userIds.map((userId) => limit(async () => [userId, await this.look(userId)] as const));
    return new Map(await Promise.all(looks));
  }

  /** The lane is read before and after the rows: what it accepted in between makes them worth nothing. */
  private async look(userId: string): Promise<Look> {
    const lane = await this.lanes.of(userId);
    const before = standingOf(lane);
    if (before === null) return { standing: null, findings: [] };
    const findings = await this.findingsAbout(userId, goneBy(lane?.admission));
    const after = standingOf(await this.lanes.of(userId));
    return { standing: after === before ? after : null, findings };
  }

  private async findingsAbout(userId: string, gone: Gone): Promise<Finding[]> {
    const users: IntegrityUser[] = [];
    const rows: IntegrityRow[] = [];
    for await (const page of this.pages.users({ userId })) users.push(...page);
    for (const source of sourcesOf(this.catalogue.relations)) {
      for await (const page of this.pages.rows(source, { userId })) rows.push(...page);
    }
    return findingsAbout(userId, users[0], rows, this.catalogue, gone);
  }
}

/** @returns what stays the same while nothing is accepted, or null while something is under way */
function standingOf(lane: LaneStanding | null): string | null {
  if (!lane) return 'no lane';
  return lane.depth > 0 ? null : `${lane.admission} and idle after ${lane.lastSeq}`;
}

/** Whether another look may tell more. */
function isOpen({ standing, findings }: Look): boolean {
  return standing === null || findings.length > 0;
}

function isThe(one: Finding): (other: Finding) => boolean {
  return ({ relation, kind, id }) => relation === one.relation && kind === one.kind && id === one.id;
}
