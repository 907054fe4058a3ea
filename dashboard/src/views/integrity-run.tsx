import type { IntegrityRun, OperationView, ProblemBody, Repair } from '@turnpike/protocol';
import { Alert, Table } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { Link } from 'wouter';
import { post } from '../api.js';
import { type Action, Actions } from '../dialog.js';
import { short, users, writes } from '../names.js';
import { Card, Empty, Facts, LaneLink, Listing, OperationLink, Read, View } from '../parts.js';
import { RunBadge } from '../badges.js';
import { useRead } from '../queries.js';
import { Time } from '../time.js';
import { Cause } from '../verdict.js';

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
      aside={<Actions actions={state !== 'running' && findings.length > 0 ? [repair] : []} />}
    >
      <Read query={run}>
        {(now) => (
          <>
            <About run={now} />
            {now.problem && <Failure problem={now.problem} />}
            {repairs.length > 0 && <Repairs repairs={repairs} />}
            <Findings run={now} />
          </>
        )}
      </Read>
    </View>
  );
}

function Failure({ problem }: { problem: ProblemBody }): ReactElement {
  return (
    <Alert color="red" title="This run failed: what it did not compare is not known">
      <Cause problem={problem} />
    </Alert>
  );
}

function About({ run }: { run: IntegrityRun }): ReactElement {
  const { state, checked, startedAt, finishedAt, findings } = run;
  return (
    <Card>
      <Facts
        facts={[
          ['State', <RunBadge key="state" state={state} left={findings.length} />],
          ['Rows compared', checked.toLocaleString()],
          ['Begun', <Time key="begun" at={startedAt} exact />],
          ['Ended', finishedAt ? <Time key="ended" at={finishedAt} exact /> : 'still running'],
        ]}
      />
    </Card>
  );
}

/** That nothing was found says that all is well only of a run that compared everything, lately, and is the newest. */
function NothingFound({ run: { state, current, finishedAt } }: { run: IntegrityRun }): ReactElement {
  if (state === 'running') return <Empty>Nothing is found so far.</Empty>;
  if (state === 'failed') return <Empty>Nothing was found before it failed.</Empty>;
  if (current) return <Empty>The services agree: nothing is wrong.</Empty>;
  return (
    <Empty>
      Nothing was wrong when this run ended, <Time at={finishedAt!} />. What is so now a newer run has to say.
    </Empty>
  );
}

function Findings({ run }: { run: IntegrityRun }): ReactElement {
  const { findings } = run;
  if (findings.length === 0) return <NothingFound run={run} />;
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
        {repairs.map(({ id, kind }) => (
          <li key={id}>
            <OperationLink id={id}>
              {kind} {short(id)}
            </OperationLink>
          </li>
        ))}
      </ul>
      <p>
        <Link href="/operations?kind=repair.user">All repairs, and how far they are</Link>
      </p>
    </Card>
  );
}
