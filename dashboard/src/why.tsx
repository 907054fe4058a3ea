import type { LaneView, OperationView } from '@turnpike/protocol';
import type { ReactElement, ReactNode } from 'react';
import { sentence, writes } from './names.js';
import { Actor, OperationLink } from './parts.js';
import { Time } from './time.js';

/** Who paused the lane and when, which the audit log knows. */
export interface Pause {
  at: string | null;
}

interface WhyProps {
  operation: OperationView;
  lane: LaneView;
  pause: Pause | null;
  /** What has not ended and comes before it, in order. */
  ahead: readonly OperationView[];
  /** How long such writes took lately, in milliseconds. */
  usualMs: number | null;
}

/** Why a write waits, behind what, since when, and until when: in sentences. */
export function Why({ operation, lane, pause, ahead, usualMs }: WhyProps): ReactElement {
  const before = ahead.at(-1);
  if (operation.state === 'running') {
    return (
      <>
        Is being carried out
        {operation.startedAt && (
          <>
            , begun <Time at={operation.startedAt} />
          </>
        )}
        {operation.attempts > 1 && <>, attempt {operation.attempts}</>}.
      </>
    );
  }
  return (
    <>
      {before ? (
        <Behind before={before} position={ahead.length} />
      ) : (
        <AtTheHead operation={operation} lane={lane} />
      )}
      {lane.state === 'halted' && before && <> The lane is halted at its head.</>}
      {lane.paused && (before ? ' And the lane is paused.' : <Paused lane={lane} pause={pause} />)}
      {isMoving(lane) && <Expected operation={operation} lane={lane} ahead={ahead} usualMs={usualMs} />}{' '}
      Accepted <Time at={operation.createdAt} />.
    </>
  );
}

function isMoving(lane: LaneView): boolean {
  return !lane.paused && lane.state !== 'halted';
}

function Behind({ before, position }: { before: OperationView; position: number }): ReactElement {
  return (
    <>
      Waits behind{' '}
      <OperationLink id={before.id}>
        #{before.seq} {before.kind}
      </OperationLink>
      {position > 1 ? <>, with {writes(position)} before it in all.</> : <>, which is {before.state}.</>}
    </>
  );
}

/** Nothing comes before it: it is held by itself, or by nobody. */
function AtTheHead({ operation, lane }: { operation: OperationView; lane: LaneView }): ReactElement {
  if (lane.state === 'halted') {
    return (
      <>
        Stopped: {sentence(lane.reason ?? 'something could not be taken back')} It needs an operator’s
        release.
      </>
    );
  }
  if (operation.state === 'retrying') return <Retrying operation={operation} />;
  if (lane.paused) return <>Is next in its lane.</>;
  return <>It is its turn: it begins as soon as a worker takes it.</>;
}

function Retrying({
  operation: { problem, attempts, nextAttemptAt },
}: {
  operation: OperationView;
}): ReactElement {
  const breaker = problem?.['breaker'];
  const next: ReactNode = nextAttemptAt ? (
    <>
      tried again <Time at={nextAttemptAt} />
    </>
  ) : (
    'tried again soon'
  );
  if (typeof breaker === 'string') {
    return (
      <>
        {breaker} fails, so its calls are held back; {next}.
      </>
    );
  }
  return (
    <>
      Attempt {attempts} did not succeed: {sentence(problem?.detail ?? problem?.title ?? 'no answer')} It
      keeps its turn and is {next}.
    </>
  );
}

function Paused({ lane, pause }: { lane: LaneView; pause: Pause | null }): ReactElement {
  return (
    <>
      {' '}
      The lane was paused by <Actor id={lane.pausedBy} />
      {pause?.at && (
        <>
          {' '}
          <Time at={pause.at} />
        </>
      )}
      {lane.reason ? <>: “{lane.reason}”.</> : <>, who gave no reason.</>}
    </>
  );
}

/** Honest only while the lane moves: what comes before takes as long as such writes took lately. */
function Expected({
  operation,
  lane,
  ahead,
  usualMs,
}: Pick<WhyProps, 'operation' | 'lane' | 'ahead' | 'usualMs'>): ReactNode {
  const retry = ahead.find(({ nextAttemptAt }) => nextAttemptAt)?.nextAttemptAt;
  if (retry)
    return (
      <>
        {' '}
        Not before the retry <Time at={retry} />.
      </>
    );
  if (operation.state === 'retrying' || lane.hold || ahead.length === 0 || usualMs === null) return null;
  return <> Expected in about {Math.max(1, Math.round((usualMs * ahead.length) / 1000))} s.</>;
}
