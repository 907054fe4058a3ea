import type { LaneView } from '@turnpike/protocol';
import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { ChoiceFilter, plain, TextFilter, useFilters } from '../filters.js';
import { headOf, LANE_TONES } from '../names.js';
import { LaneLink, Muted, OperationLink, Paged, View } from '../parts.js';
import { LaneBadge } from '../badges.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';

export function Lanes(): ReactElement {
  const [filters, set] = useFilters(['state', 'search', 'sort']);
  const lanes = usePages<LaneView>('/v1/ops/lanes', filters);
  return (
    <View title="Lanes">
      <search className="filters">
        <TextFilter
          label="User"
          placeholder="E-mail, name or id"
          value={filters.search}
          set={(value) => set('search', value)}
        />
        <ChoiceFilter
          label="State"
          value={filters.state}
          choices={plain(['busy', ...Object.keys(LANE_TONES)])}
          set={(value) => set('state', value)}
        />
        <ChoiceFilter
          label="Order"
          value={filters.sort}
          all="deepest first"
          choices={[['age', 'oldest write first']]}
          set={(value) => set('sort', value)}
        />
      </search>
      <Paged
        pages={lanes}
        label="Lanes"
        head={['Lane of', 'State', 'Unfinished', 'At its head', 'Oldest', 'Writes']}
        empty={filters.search || filters.state ? 'No lane is like that.' : 'Nobody has written anything yet.'}
        row={(lane) => (
          <Table.Tr key={lane.userId}>
            <Table.Th scope="row">
              <LaneLink id={lane.userId} />
            </Table.Th>
            <Table.Td>
              <LaneBadge {...lane} />
            </Table.Td>
            <Table.Td>{lane.depth}</Table.Td>
            <Table.Td>
              {lane.head ? <OperationLink id={lane.head.id}>{headOf(lane)}</OperationLink> : <Muted>–</Muted>}
            </Table.Td>
            <Table.Td>{lane.oldestQueuedAt ? <Time at={lane.oldestQueuedAt} /> : <Muted>–</Muted>}</Table.Td>
            <Table.Td>{lane.lastSeq}</Table.Td>
          </Table.Tr>
        )}
      />
    </View>
  );
}
