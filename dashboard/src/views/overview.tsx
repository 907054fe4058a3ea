import type { OpsSummary, Sample } from '@turnpike/protocol';
import { Paper, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { Link } from 'wouter';
import { get } from '../api.js';
import { Charts, OLD_SAMPLE_MS } from '../charts.js';
import { duration, useIsOlder } from '../clock.js';
import { useLiveSummary } from '../live.js';
import { LANE_TONES, OPERATION_TONES, type Tone } from '../names.js';
import { Badge, Card, Empty, Listing, Muted, Notice, Read, View } from '../parts.js';
import { client, queryOf } from '../queries.js';
import { Time } from '../time.js';
import { Disagreement } from '../verdict.js';

const HOUR_MS = 3_600_000;

/** Milliseconds between two samples of the gateway. */
const SAMPLED_EVERY_MS = 5000;

/** Milliseconds after which the last summary is one of before: the gateway sends one each second. */
const LIVE_MS = 10_000;

/** Milliseconds without a sign of a worker that gives one each second; its leases run out meanwhile. */
const SILENT_MS = 10_000;

/** Milliseconds that the oldest write may wait until somebody should look, as the alert WritesWait has it. */
const LONG_WAIT_MS = 60_000;

export function Overview(): ReactElement {
  const { summary, isLive } = useLiveSummary();
  const samples = useQuery({
    queryKey: ['samples'],
    queryFn: lastHour,
    refetchInterval: SAMPLED_EVERY_MS,
  });
  const isOld = useIsOlder(summary.dataUpdatedAt, LIVE_MS);
  const isGood = isLive && !isOld;
  const live = <Badge tone={isGood ? 'good' : 'warn'}>{isGood ? 'live' : 'connecting…'}</Badge>;
  return (
    <View title="Overview" aside={live}>
      <Read query={summary} maxAgeMs={LIVE_MS}>
        {(now) => (
          <>
            <Numbers summary={now} latest={samples.data?.findLast(({ p50Ms }) => p50Ms !== null)} />
            <Attention summary={now} />
            <Read query={samples}>{(items) => <Charts samples={items} />}</Read>
            <div className="cards">
              <Operations counts={now.operations} />
              <Lanes counts={now.lanes} />
              <Services summary={now} />
            </div>
            <Workers workers={now.workers} />
            <Partitions partitions={now.partitions} />
          </>
        )}
      </Read>
    </View>
  );
}

/** Only what is new is asked for; what was read before is kept as long as it is of the last hour. */
async function lastHour({ signal }: { signal: AbortSignal }): Promise<Sample[]> {
  const known = client.getQueryData<Sample[]>(['samples']) ?? [];
  const from = known.at(-1)?.at;
  const { items } = await get<{ items: Sample[] }>(`/v1/ops/samples${queryOf({ from })}`, signal);
  const oldest = Date.now() - HOUR_MS;
  const added = items.filter(({ at }) => !from || at > from);
  return [...known, ...added].filter(({ at }) => Date.parse(at) > oldest);
}

function Numbers({ summary, latest }: { summary: OpsSummary; latest: Sample | undefined }): ReactElement {
  const { acceptedPerSecond, finishedPerSecond, oldestWaitingMs } = summary;
  const isOld = useIsOlder(latest ? Date.parse(latest.at) : 0, OLD_SAMPLE_MS);
  const ms = (value: number | null | undefined): string => (value == null ? '–' : duration(value));
  // An hour ago is long enough to have nothing to do with now.
  const measured = latest ? (
    <>
      of what ended <Time at={latest.at} />
    </>
  ) : (
    'nothing has ended in the last hour'
  );
  return (
    <Paper className="numbers">
      <Figure name="Accepted" value={rate(acceptedPerSecond)} unit="per second" />
      <Figure name="Finished" value={rate(finishedPerSecond)} unit="per second" />
      <Figure name="50 % are done in" value={ms(latest?.p50Ms)} unit={measured} old={isOld} />
      <Figure name="95 % are done in" value={ms(latest?.p95Ms)} unit={measured} old={isOld} />
      <Figure name="99 % are done in" value={ms(latest?.p99Ms)} unit={measured} old={isOld} />
      <Figure
        name="Oldest waiting write"
        value={oldestWaitingMs === null ? 'none' : duration(oldestWaitingMs)}
        unit={<Link href="/lanes?state=busy&sort=age">oldest lanes</Link>}
      />
    </Paper>
  );
}

function rate(perSecond: number): string {
  return perSecond.toLocaleString(undefined, { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}

interface FigureProps {
  name: string;
  value: string;
  unit: ReactNode;
  /** Whether it is of a time before; the unit says of which. */
  old?: boolean;
}

function Figure({ name, value, unit, old = false }: FigureProps): ReactElement {
  return (
    <div className={old ? 'figure old' : 'figure'}>
      <span>{name}</span>
      <strong>{value}</strong>
      <Muted>{unit}</Muted>
    </div>
  );
}

/** What somebody has to look at; nothing where all is well. */
function Attention({ summary }: { summary: OpsSummary }): ReactElement | null {
  const { lanes, services, workers, integrity, oldestWaitingMs } = summary;
  const broken = services
    .filter(({ breaker }) => breaker === 'open' || breaker === 'half-open')
    .map(({ name }) => name);
  const isLong = oldestWaitingMs !== null && oldestWaitingMs > LONG_WAIT_MS;
  const isWell = lanes.halted === 0 && broken.length === 0 && workers.length > 0 && !isLong;
  if (isWell && integrity.verdict === 'agree') return null;
  return (
    <Notice>
      {lanes.halted > 0 && (
        <p>
          <Link href="/lanes?state=halted">
            {lanes.halted === 1 ? 'A lane is' : `${lanes.halted} lanes are`} halted
          </Link>
          : nothing of such a lane goes on until somebody releases it.
        </p>
      )}
      {broken.length > 0 && (
        <p>
          {broken.join(' and ')} fails: calls are held back, and{' '}
          <Link href="/operations?state=retrying">writes that need it wait in retry</Link>.
        </p>
      )}
      {isLong && (
        <p>
          The oldest write has waited for {duration(oldestWaitingMs)}:{' '}
          <Link href="/lanes?state=busy&sort=age">its lane says why</Link>.
        </p>
      )}
      <Disagreement integrity={integrity} />
      {workers.length === 0 && <p>No worker is alive: writes are accepted, and none is carried out.</p>}
    </Notice>
  );
}

function Counts({ counts }: { counts: readonly (readonly [string, number, Tone, string])[] }): ReactElement {
  return (
    <ul className="counts">
      {counts.map(([name, count, tone, href]) => (
        <li key={name}>
          <Link href={href}>
            <Badge tone={tone}>{name}</Badge>
            <strong>{count.toLocaleString()}</strong>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Operations({ counts }: { counts: OpsSummary['operations'] }): ReactElement {
  const entries = Object.entries(counts) as [keyof typeof counts, number][];
  return (
    <Card title="Operations">
      <Counts
        counts={entries.map(([state, count]) => [
          state,
          count,
          OPERATION_TONES[state],
          `/operations?state=${state}`,
        ])}
      />
    </Card>
  );
}

function Lanes({ counts }: { counts: OpsSummary['lanes'] }): ReactElement {
  // That a lane is open says that it takes writes, not that they are carried out.
  const tones = { ...LANE_TONES, open: 'calm', busy: 'busy' } as const;
  const entries = Object.entries(counts) as [keyof typeof counts, number][];
  return (
    <Card title="Lanes">
      <Counts
        counts={entries.map(([state, count]) => [state, count, tones[state], `/lanes?state=${state}`])}
      />
    </Card>
  );
}

function Services({ summary: { services } }: { summary: OpsSummary }): ReactElement {
  const tones = { closed: 'good', 'half-open': 'warn', open: 'bad' } as const;
  const words = { closed: 'answers', 'half-open': 'is tried again', open: 'fails, held back' } as const;
  return (
    <Card title="Services">
      <ul className="counts">
        {services.map(({ name, breaker }) => (
          <li key={name}>
            <span>{name}</span>
            {breaker ? (
              <Badge tone={tones[breaker]}>{words[breaker]}</Badge>
            ) : (
              <Badge tone="warn">not known</Badge>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Workers({ workers }: { workers: OpsSummary['workers'] }): ReactElement {
  return (
    <Card title="Workers">
      {workers.length === 0 ? (
        <Empty>No worker has been heard of lately.</Empty>
      ) : (
        <Listing label="Workers" head={['Worker', 'Running', 'Last heard of', 'Since']}>
          {workers.map(({ id, running, lastSeen, since }) => (
            <Table.Tr key={id}>
              <Table.Th scope="row">{id}</Table.Th>
              <Table.Td>{running}</Table.Td>
              <Table.Td>
                <LastSeen at={lastSeen} />
              </Table.Td>
              <Table.Td>
                <Time at={since} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Listing>
      )}
    </Card>
  );
}

/** A worker that has died is listed for a minute. */
function LastSeen({ at }: { at: string }): ReactElement {
  const isSilent = useIsOlder(Date.parse(at), SILENT_MS);
  return (
    <>
      <Time at={at} /> {isSilent && <Badge tone="warn">silent</Badge>}
    </>
  );
}

function Partitions({ partitions }: { partitions: OpsSummary['partitions'] }): ReactElement {
  return (
    <Card title="Partitions of the queue">
      {partitions === null ? (
        <Empty>The queue does not answer. Writes are accepted all the same, and run when it is back.</Empty>
      ) : (
        <ul className="partitions">
          {partitions.map(({ name, waiting, active, delayed, paused }) => (
            <li key={name} className={waiting + active + delayed > 0 ? 'has-work' : ''}>
              <strong>{name}</strong>
              <span>{waiting} waiting</span>
              <span>{active} active</span>
              <span>{delayed} delayed</span>
              {paused && <Badge tone="warn">paused</Badge>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
