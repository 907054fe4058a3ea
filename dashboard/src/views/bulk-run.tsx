import type { BulkRun } from '@turnpike/protocol';
import { Progress, Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { entryOf } from '../../../libs/protocol/src/problems/problems.js';
import { post } from '../api.js';
import { BULK, filterText } from '../bulk.js';
import { type Action, Actions } from '../dialog.js';
import { Actor, Card, Facts, Listing, Read, View } from '../parts.js';
import { RunBadge } from '../badges.js';
import { useRead } from '../queries.js';
import { Time } from '../time.js';

export function BulkRunView({ id }: { id: string }): ReactElement {
  const path = `${BULK}/${id}`;
  const run = useRead<BulkRun>(path, { live: ({ state }) => state === 'running' });
  const { action, state } = run.data ?? {};
  const abort: Action = {
    name: 'Abort this run',
    needsNoReason: true,
    isDangerous: true,
    explanation: 'It ends with the writes that it is at, a hundred at most. What it has done stays done.',
    carryOut: async () => {
      const now = await post<BulkRun>(`${path}/abort`);
      return now.state === 'aborted' ? 'The run is aborted.' : 'The run was over already.';
    },
  };
  return (
    <View
      title={action ? `Bulk ${action}` : 'Bulk run'}
      aside={<Actions actions={state === 'running' ? [abort] : []} />}
    >
      <Read query={run}>
        {(now) => (
          <>
            <Course run={now} />
            {now.refusals.length > 0 && <Refusals run={now} />}
          </>
        )}
      </Read>
    </View>
  );
}

function Course({ run }: { run: BulkRun }): ReactElement {
  const { state, done, refused, total, reason, actorId, filter, startedAt, finishedAt } = run;
  return (
    <Card>
      <Progress aria-label="How far it has come" value={(100 * (done + refused)) / Math.max(total, 1)} />
      <Facts
        facts={[
          ['State', <RunBadge key="state" state={state} left={refused} />],
          ['Done', `${done.toLocaleString()} of ${total.toLocaleString()}`],
          ['Refused', refused.toLocaleString()],
          ['By whom', <Actor key="actor" id={actorId} />],
          ['Reason', reason],
          ['Begun', <Time key="begun" at={startedAt} exact />],
          ...(finishedAt ? ([['Ended', <Time key="ended" at={finishedAt} exact />]] as const) : []),
        ]}
      />
      <Text c="dimmed">{filterText(filter)}</Text>
    </Card>
  );
}

function Refusals({ run: { refusals } }: { run: BulkRun }): ReactElement {
  return (
    <Card title="Refused">
      <Listing label="Refusals" head={['Problem', 'What it means', 'How many']}>
        {refusals.map(({ code, count }) => (
          <Table.Tr key={code}>
            <Table.Th scope="row">{code}</Table.Th>
            <Table.Td>{entryOf(code)?.title}</Table.Td>
            <Table.Td>{count.toLocaleString()}</Table.Td>
          </Table.Tr>
        ))}
      </Listing>
    </Card>
  );
}
