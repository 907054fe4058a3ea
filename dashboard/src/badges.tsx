import type { BulkRunState, IntegrityRun, LaneView } from '@turnpike/protocol';
import { Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { duration, useNow } from './clock.js';
import { holdText, LANE_TONES, type Tone } from './names.js';
import { Badge } from './parts.js';

/** An open lane is good only where it goes on. */
export function LaneBadge({
  state,
  paused,
  hold,
}: Pick<LaneView, 'state' | 'paused' | 'hold'>): ReactElement {
  return (
    <Group gap={4}>
      {hold && <Hold hold={hold} />}
      <Badge tone={hold && state === 'open' ? 'calm' : LANE_TONES[state]}>{state}</Badge>
      {paused && state !== 'paused' && <Badge tone="warn">paused</Badge>}
    </Group>
  );
}

function Hold({ hold }: { hold: NonNullable<LaneView['hold']> }): ReactElement {
  const ms = useNow() - Date.parse(hold.since);
  return (
    <Badge tone="warn">
      {holdText(hold)}, {duration(Math.max(ms, 1000))}
    </Badge>
  );
}

type RunState = BulkRunState | IntegrityRun['state'];

const RUN_TONES: Readonly<Record<RunState, Tone>> = {
  running: 'busy',
  done: 'good',
  aborted: 'warn',
  failed: 'bad',
};

/** @param left what is still to be looked at: findings, refusals. A run that is done with some is not good. */
export function RunBadge({ state, left = 0 }: { state: RunState; left?: number }): ReactElement {
  return <Badge tone={state === 'done' && left > 0 ? 'warn' : RUN_TONES[state]}>{state}</Badge>;
}
