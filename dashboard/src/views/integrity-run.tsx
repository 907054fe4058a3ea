import type { IntegrityRun, OperationView, Repair } from '@turnpike/contracts';
import { Table } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { post } from '../api.js';
import { type Action, Actions } from '../dialog.js';
import { short, users, writes } from '../names.js';
import {
  Card,
  Empty,
  Facts,
  LaneLink,
  Listing,
  OperationLink,
  Read,
  RunBadge,
  StateBadge,
  View,
} from '../parts.js';
import { useRead } from '../queries.js';
import { Time } from '../time.js';

export function IntegrityRunView({ id }: { id: string }): ReactElement {
  const path = `/v1/ops/integrity/runs/${id}`;
  const run = useRead<IntegrityRun>(path, { live: ({ state }) => state === 'running' });
  const [repairs, setRepairs] = useState<OperationView[]>([]);
  const { state, findings = [] } = run.data ?? {};
  const repair: Action = {
    name: 'Repair what is found',
    needsNoReason: true,
    explanation:
      `What is wrong with ${users(new Set(findings.map(({ userId }) => userId)).size)} is mended by a write in the ` +
      'lane of each, in its turn. Asked for again, it answers with the same writes.',
    carryOut: async () => {
      const { items } = await post<Repair>(`${path}/repair`);
      setRepairs(items);
      return `What was found is mended by ${writes(items.length)}.`;
    },
  };
  return (
    <View
      title="Integrity run"
      aside={<Actions actions={state === 'done' && findings.length > 0 ? [repair] : []} />}
    >
      <Read query={run}>
        {(now) => (
          <>
            <About run={now} />
            {repairs.length > 0 && <Repairs repairs={repairs} />}
            <Findings run={now} />
          </>
        )}
      </Read>
    </View>
  );
}

function About({ run: { state, checked, startedAt, finishedAt } }: { run: IntegrityRun }): ReactElement {
  return (
    <Card>
      <Facts
        facts={[
          ['State', <RunBadge key="state" state={state} />],
          ['Rows compared', checked.toLocaleString()],
          ['Begun', <Time key="begun" at={startedAt} exact />],
          ['Ended', finishedAt ? <Time key="ended" at={finishedAt} exact /> : 'still running'],
        ]}
      />
    </Card>
  );
}

function Findings({ run: { state, findings } }: { run: IntegrityRun }): ReactElement {
  if (findings.length === 0) {
    return (
      <Empty>
        {state === 'running' ? 'Nothing is found so far.' : 'The services agree: nothing is wrong.'}
      </Empty>
    );
  }
  return (
    <Card title={`Findings (${findings.length})`}>
      <Listing label="Findings" head={['What is wrong', 'Relation', 'Row', 'User']}>
        {findings.map(({ kind, relation, id, userId }) => (
          <Table.Tr key={`${relation} ${kind} ${id}`}>
            <Table.Th scope="row">{kind}</Table.Th>
            <Table.Td>{relation}</Table.Td>
            <Table.Td>
              <code title={id}>{short(id)}</code>
            </Table.Td>
            <Table.Td>
              <LaneLink id={userId} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Listing>
    </Card>
  );
}

function Repairs({ repairs }: { repairs: readonly OperationView[] }): ReactElement {
  return (
    <Card title="Repairs">
      <ul className="counts">
        {repairs.map(({ id, kind, state }) => (
          <li key={id}>
            <OperationLink id={id}>
              {kind} {short(id)}
            </OperationLink>
            <StateBadge state={state} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
