import type { FailureGroup } from '@turnpike/protocol';
import { Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link } from 'wouter';
import { entryOf } from '../../../libs/protocol/src/problems/problems.js';
import { TimeFilter, useFilters } from '../filters.js';
import { Empty, Listing, Muted, OperationLink, Read, View } from '../parts.js';
import { queryOf, useRead } from '../queries.js';
import { Time } from '../time.js';

export function Failures(): ReactElement {
  const [{ from }, set] = useFilters(['from']);
  const failures = useRead<{ items: FailureGroup[] }>(`/v1/ops/failures${queryOf({ from })}`, { live: true });
  return (
    <View title="Failures">
      <Text c="dimmed">
        Writes that failed, by their problem and by the service at which they failed: of those accepted{' '}
        {from ? (
          <>
            since <Time at={from} />
          </>
        ) : (
          'in the last day'
        )}
        . Open a group to retry what can succeed now.
      </Text>
      <search className="filters">
        <TimeFilter label="Accepted from" value={from} set={(value) => set('from', value)} />
      </search>
      <Read query={failures}>{({ items }) => <Groups groups={items} from={from} />}</Read>
    </View>
  );
}

function Groups({
  groups,
  from,
}: {
  groups: readonly FailureGroup[];
  from: string | undefined;
}): ReactElement {
  if (groups.length === 0) return <Empty>Nothing has failed in that time.</Empty>;
  return (
    <Listing label="Failures" head={['Problem', 'What it means', 'Failed at', 'How many', 'Latest']}>
      {groups.map(({ problem, service, count, latest }) => (
        <Table.Tr key={`${problem} ${service}`}>
          <Table.Th scope="row">
            <Link href={`/operations${queryOf({ state: 'failed', problem, from })}`}>{problem}</Link>
          </Table.Th>
          <Table.Td>{entryOf(problem)?.title}</Table.Td>
          <Table.Td>{service ?? <Muted>the gateway</Muted>}</Table.Td>
          <Table.Td>{count.toLocaleString()}</Table.Td>
          <Table.Td>
            <OperationLink id={latest.id}>
              <Time at={latest.finishedAt} />
            </OperationLink>
          </Table.Td>
        </Table.Tr>
      ))}
    </Listing>
  );
}
