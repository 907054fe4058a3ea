import type { BulkRun } from '@turnpike/protocol';
import { Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link } from 'wouter';
import { BULK } from '../bulk.js';
import { Actor, Paged, View } from '../parts.js';
import { RunBadge } from '../badges.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';

export function BulkRuns(): ReactElement {
  const runs = usePages<BulkRun>(BULK, {});
  return (
    <View title="Bulk runs">
      <Text c="dimmed">
        Many writes retried or cancelled at once. Narrow the <Link href="/operations">operations</Link> to
        begin one.
      </Text>
      <Paged
        pages={runs}
        label="Bulk runs"
        head={['Begun', 'What', 'State', 'Done', 'Refused', 'By whom', 'Reason']}
        empty="Nobody has begun a bulk run yet."
        row={({ id, startedAt, action, state, done, total, refused, actorId, reason }) => (
          <Table.Tr key={id}>
            <Table.Th scope="row">
              <Link href={`/bulk/${id}`}>
                <Time at={startedAt} />
              </Link>
            </Table.Th>
            <Table.Td>{action}</Table.Td>
            <Table.Td>
              <RunBadge state={state} left={refused} />
            </Table.Td>
            <Table.Td>
              {done.toLocaleString()} of {total.toLocaleString()}
            </Table.Td>
            <Table.Td>{refused.toLocaleString()}</Table.Td>
            <Table.Td>
              <Actor id={actorId} />
            </Table.Td>
            <Table.Td className="text">{reason}</Table.Td>
          </Table.Tr>
        )}
      />
    </View>
  );
}
