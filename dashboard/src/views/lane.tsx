import type { AuditEntry, LaneView, OperationView, Page } from '@turnpike/protocol';
import type { UserView } from '@turnpike/contracts';
import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { laneActions } from '../actions.js';
import { Refusal } from '../api.js';
import { duration } from '../clock.js';
import { Actions } from '../dialog.js';
import { sentence, UNFINISHED, writes } from '../names.js';
import {
  Card,
  Empty,
  Facts,
  Loading,
  Notice,
  OperationLink,
  Read,
  StateBadge,
  Trouble,
  View,
} from '../parts.js';
import { LaneBadge } from '../badges.js';
import { type Pages, usePages, useRead, useReadsUsers } from '../queries.js';
import { Time } from '../time.js';
import { Why } from '../why.js';

const MOST_PER_PAGE = 200;

/** Milliseconds after which a lane that is read every two seconds is shown as it was. */
const LIVE_MS = 10_000;

/** As many pages as a full lane has, at its usual limit, and one of what is done. */
const LIVE_PAGES = 6;

export function Lane({ userId }: { userId: string }): ReactElement {
  const lane = useRead<LaneView>(`/v1/ops/lanes/${userId}`, { live: true });
  const user = useUser(userId);
  return (
    <View
      title={`Lane of ${nameOf(user) ?? userId}`}
      aside={<Actions actions={lane.data ? laneActions(lane.data) : []} />}
    >
      <Read query={lane} maxAgeMs={LIVE_MS}>
        {(now) => (
          <>
            <About lane={now} email={user.data?.email} />
            <Timeline lane={now} />
          </>
        )}
      </Read>
    </View>
  );
}

function useUser(userId: string): UseQueryResult<UserView> {
  const path = `/v1/users/${userId}`;
  return useRead<UserView>(useReadsUsers() ? path : null);
}

/** @returns who it is, as far as that is known still: identity may be away, and a purged user is nobody */
function nameOf({ data, error }: UseQueryResult<UserView>): string | null {
  if (data) return `${data.firstName} ${data.lastName}`;
  return error instanceof Refusal && error.problem.code === 'user-deleted' ? 'an erased user' : null;
}

function About({ lane, email }: { lane: LaneView; email: string | undefined }): ReactElement {
  const { userId, depth, lastSeq, oldestQueuedAt } = lane;
  return (
    <Card>
      <Facts
        facts={[
          ['State', <LaneBadge key="state" {...lane} />],
          ['Unfinished', writes(depth)],
          ['Accepted in all', writes(lastSeq)],
          ['Oldest', oldestQueuedAt ? <Time key="oldest" at={oldestQueuedAt} exact /> : 'nothing waits'],
          ['User', <code key="id">{userId}</code>],
          ...(email ? ([['E-mail', email]] as const) : []),
          [
            'More',
            <span key="more" className="row">
              <Link href={`/operations?userId=${userId}`}>operations</Link>
              <Link href={`/operations?actorId=${userId}`}>asked for</Link>
              <Link href={`/audit?userId=${userId}`}>audit log</Link>
            </span>,
          ],
        ]}
      />
      {lane.suspended && (
        <Notice>
          The user is suspended since <Time at={lane.suspended.at} exact />:{' '}
          {lane.suspended.reason ?? 'the reason is erased'}
        </Notice>
      )}
      {lane.state === 'deleting' && (
        <Notice>
          The user is being deleted: what was accepted before runs before it, and nothing new is accepted.
        </Notice>
      )}
    </Card>
  );
}

function Timeline({ lane }: { lane: LaneView }): ReactElement {
  const pages = usePages<OperationView>(
    '/v1/ops/operations',
    { userId: lane.userId, limit: MOST_PER_PAGE },
    { livePages: LIVE_PAGES },
  );
  const pausedAt = usePausedAt(lane);
  const operations = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const unfinished = operations.filter(({ state }) => UNFINISHED.includes(state)).reverse();
  const finished = operations.filter(({ state }) => !UNFINISHED.includes(state));
  useWholeQueue(pages, unfinished.length < lane.depth);
  if (!pages.data) {
    return pages.error ? <Trouble error={pages.error} retry={() => void pages.refetch()} /> : <Loading />;
  }
  const usualMs = usualDuration(finished);
  return (
    <>
      <Card title={`Waiting and running (${unfinished.length})`}>
        {unfinished.length === 0 && <Empty>Nothing waits: the next write begins at once.</Empty>}
        <ol className="timeline" aria-label="Waiting and running, in order">
          {unfinished.map((operation, index) => (
            <Entry key={operation.id} operation={operation}>
              <Why
                operation={operation}
                lane={lane}
                pause={{ at: pausedAt }}
                ahead={unfinished.slice(0, index)}
                usualMs={usualMs}
              />
            </Entry>
          ))}
        </ol>
      </Card>
      <Card title="Done, newest first">
        {finished.length === 0 && <Empty>Nothing has ended yet.</Empty>}
        <ol className="timeline" aria-label="Done, newest first">
          {finished.map((operation) => (
            <Entry key={operation.id} operation={operation}>
              <Ending operation={operation} />
            </Entry>
          ))}
        </ol>
        {pages.hasNextPage && (
          <Button className="more" onClick={() => void pages.fetchNextPage()}>
            Show earlier ones
          </Button>
        )}
      </Card>
    </>
  );
}

function Ending({ operation }: { operation: OperationView }): ReactElement {
  const { problem, finishedAt } = operation;
  const took = tookMs(operation);
  return (
    <>
      {problem && `${sentence(problem.detail ?? problem.title)} `}
      {took === null ? 'It never began; it ended ' : `It took ${duration(took)} and ended `}
      {finishedAt && <Time at={finishedAt} />}.
    </>
  );
}

function Entry({ operation, children }: { operation: OperationView; children: ReactNode }): ReactElement {
  return (
    <li className={operation.state}>
      <span className="seq">#{operation.seq}</span>
      <div>
        <OperationLink id={operation.id}>{operation.kind}</OperationLink>{' '}
        <StateBadge state={operation.state} />
        <p>{children}</p>
      </div>
    </li>
  );
}

/**
 * The list is newest first, and who waits longest is what this is about: it is read until all that waits is there. After
 * a refusal it goes on with the next look at the lane.
 */
function useWholeQueue(
  { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage }: Pages<OperationView>,
  isMissing: boolean,
): void {
  useEffect(() => {
    if (isMissing && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isMissing, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
}

function usePausedAt({ userId, paused }: LaneView): string | null {
  const path = `/v1/ops/audit?userId=${userId}&action=lane.pause&limit=1`;
  const { data } = useRead<Page<AuditEntry>>(paused ? path : null);
  return data?.items[0]?.at ?? null;
}

function tookMs({ startedAt, finishedAt }: OperationView): number | null {
  return startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
}

/** @returns the median of what ended lately: one that was in retry for minutes says nothing of the next */
function usualDuration(finished: readonly OperationView[]): number | null {
  const took = finished
    .slice(0, 50)
    .flatMap((operation) => tookMs(operation) ?? [])
    .sort((a, b) => a - b);
  return took[Math.floor(took.length / 2)] ?? null;
}
