import type { LaneView, OpsOperationView, RevealedOperation } from '@turnpike/protocol';
import { Code, Table } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { operationActions } from '../actions.js';
import { Refusal } from '../api.js';
import { Actions } from '../dialog.js';
import { sentence, short, type Tone, UNFINISHED } from '../names.js';
import {
  Actor,
  Badge,
  Card,
  Empty,
  Facts,
  Heading,
  LaneLink,
  Listing,
  Notice,
  OperationLink,
  Read,
  Refused,
  StateBadge,
  View,
} from '../parts.js';
import { useRead } from '../queries.js';
import { revealing } from '../reveal.js';
import { duration } from '../clock.js';
import { Time } from '../time.js';
import { useWords } from '../words.js';

const STEP_TONES: Readonly<Record<OpsOperationView['steps'][number]['state'], Tone>> = {
  pending: 'calm',
  applied: 'good',
  refused: 'bad',
  sealed: 'calm',
  undone: 'warn',
};

export function Operation({ id }: { id: string }): ReactElement {
  const [, navigate] = useLocation();
  const query = useRead<OpsOperationView>(`/v1/ops/operations/${id}`, {
    live: ({ state }) => UNFINISHED.includes(state),
  });
  const operation = query.data;
  const words = useWords();
  return (
    <View
      title={operation ? `${operation.kind} #${operation.seq}` : 'Operation'}
      aside={
        <Actions
          actions={operation && words ? operationActions(operation, words.clientKinds, navigate) : []}
        />
      }
    >
      <Read query={query}>
        {(now) => (
          <>
            <About operation={now} />
            {now.waiting && <Waiting operation={now} waiting={now.waiting} />}
            {now.problem && <Refused error={new Refusal(now.problem)} />}
            {now.cause && <Cause cause={now.cause} steps={now.steps} />}
            <Steps steps={now.steps} />
            <Contents operation={now} />
          </>
        )}
      </Read>
    </View>
  );
}

function About({ operation }: { operation: OpsOperationView }): ReactElement {
  const {
    state,
    attempts,
    target,
    startedAt,
    finishedAt,
    traceparent,
    follows,
    retryOf,
    retriedBy,
    ifMatch,
  } = operation;
  return (
    <Card>
      <Facts
        facts={[
          ['State', <StateBadge key="state" state={state} />],
          ['Attempts', attempts],
          ['Lane', <LaneLink key="lane" id={operation.userId} />],
          ['Asked for by', <Actor key="actor" id={operation.actorId} action={operation.kind} />],
          [
            'About',
            <span key="target">
              {target.type} <code>{target.id}</code>
            </span>,
          ],
          ['Accepted', <Time key="accepted" at={operation.createdAt} exact />],
          ...(startedAt ? ([['Begun', <Time key="begun" at={startedAt} exact />]] as const) : []),
          ...(finishedAt ? ([['Ended', <Time key="ended" at={finishedAt} exact />]] as const) : []),
          ...(finishedAt && startedAt
            ? ([['Took', duration(Date.parse(finishedAt) - Date.parse(startedAt))]] as const)
            : []),
          ['Trace', traceparent ? <code key="trace">{traceparent.split('-')[1]}</code> : 'none was sent'],
          ...(ifMatch ? ([['Only if unchanged', <code key="match">{ifMatch}</code>]] as const) : []),
          ...(follows ? ([['Follows', <OperationLink key="first" id={follows} />]] as const) : []),
          ...(retryOf ? ([['Repeats', <OperationLink key="of" id={retryOf} />]] as const) : []),
          ...(retriedBy ? ([['Repeated by', <OperationLink key="by" id={retriedBy} />]] as const) : []),
          ['Operation', <code key="id">{operation.id}</code>],
        ]}
      />
    </Card>
  );
}

interface CauseProps {
  cause: NonNullable<OpsOperationView['cause']>;
  steps: OpsOperationView['steps'];
}

/** What the last attempt failed of, whatever the write has ended with. */
function Cause({ cause, steps }: CauseProps): ReactElement {
  const { service, step, status, code, detail, requestId, at } = cause;
  const calls = steps.find(({ name }) => name === step)?.attempts;
  return (
    <Card title="Why the last attempt failed">
      <p>
        {status === null
          ? `${service} did not answer ${step} (${code})`
          : `${service} answered ${status} (${code}) to ${step}`}
        {calls !== undefined && `, call ${calls}`}, <Time at={at} exact />.
        {detail && ` It said: ${sentence(detail)}`}
      </p>
      {requestId && (
        <p>
          Its log has the request as <code>{requestId}</code>.
        </p>
      )}
    </Card>
  );
}

interface WaitingProps {
  operation: OpsOperationView;
  waiting: NonNullable<OpsOperationView['waiting']>;
}

function Waiting({ operation, waiting }: WaitingProps): ReactElement {
  const lane = useRead<LaneView>(`/v1/ops/lanes/${operation.userId}`, { live: true }).data;
  const { behind, position, reason, since, expectedAt } = waiting;
  return (
    <Card title="Why it waits">
      <p>
        {behind ? (
          <>
            Behind <OperationLink id={behind}>{short(behind)}</OperationLink>, with {position} before it.{' '}
          </>
        ) : (
          'It is next in its lane. '
        )}
        {reasonFor(reason, operation, lane)} Since <Time at={since} />
        {expectedAt && (
          <>
            , tried again <Time at={expectedAt} />
          </>
        )}
        . <Link href={`/lanes/${operation.userId}`}>See the whole lane</Link>
      </p>
    </Card>
  );
}

function reasonFor(
  reason: WaitingProps['waiting']['reason'],
  { problem, attempts }: OpsOperationView,
  lane: LaneView | undefined,
): string {
  switch (reason) {
    case 'turn':
      return 'It waits for its turn.';
    case 'retry':
      return `Attempt ${attempts} did not succeed, and it keeps its turn.`;
    case 'breaker':
      return `${String(problem?.['breaker'])} fails, so its calls are held back.`;
    case 'paused':
      return `The lane is paused${lane?.reason ? `: “${lane.reason}”` : ''}.`;
    case 'halted':
      return sentence(`The lane is halted${lane?.reason ? `: ${lane.reason}` : ''}`);
  }
}

function Steps({ steps }: { steps: OpsOperationView['steps'] }): ReactElement {
  return (
    <Card title="Steps">
      {steps.length === 0 ? (
        <Empty>It has no step at a service.</Empty>
      ) : (
        <Listing label="Steps" head={['Step', 'Service', 'State', 'Attempts', 'Last call', 'Last problem']}>
          {steps.map(({ name, service, state, attempts, ms, problem }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{service}</Table.Td>
              <Table.Td>
                <Badge tone={STEP_TONES[state]}>{state}</Badge>
              </Table.Td>
              <Table.Td>{attempts}</Table.Td>
              <Table.Td>{ms === null ? '–' : duration(ms)}</Table.Td>
              <Table.Td>{problem ?? '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Listing>
      )}
    </Card>
  );
}

/** Personal data is hidden until somebody says why he has to see it; it is gone again with this view. */
function Contents({ operation }: { operation: OpsOperationView }): ReactElement {
  const [revealed, setRevealed] = useState<RevealedOperation | null>(null);
  const { payload, result } = revealed ?? operation;
  const reveal = revealing(`/v1/ops/operations/${operation.id}`, setRevealed);
  return (
    <Card title="What was asked for">
      {revealed && <Notice>Personal data is shown.</Notice>}
      <div>
        <Actions actions={revealed ? [] : [reveal]} />
      </div>
      <Json label="Payload" value={payload} />
      {result && (
        <>
          <Heading>What came of it</Heading>
          <Json label="Result" value={result} />
        </>
      )}
    </Card>
  );
}

function Json({ label, value }: { label: string; value: unknown }): ReactElement {
  return (
    <Code block role="region" tabIndex={0} aria-label={label}>
      {JSON.stringify(value, null, 2)}
    </Code>
  );
}
