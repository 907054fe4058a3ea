import type { OperationView } from '@turnpike/protocol';
import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { useLocation } from 'wouter';
import { OPERATION_STATES } from '../../../libs/protocol/src/operations/states.js';
import { bulkActions } from '../bulk.js';
import { Actions } from '../dialog.js';
import { ChoiceFilter, plain, TextFilter, TimeFilter, useFilters } from '../filters.js';
import { LaneLink, OperationLink, Paged, StateBadge, View } from '../parts.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';
import { useWords } from '../words.js';

export function Operations(): ReactElement {
  const [, navigate] = useLocation();
  const [filters, set] = useFilters(['state', 'kind', 'userId', 'actorId', 'problem', 'from', 'to']);
  const operations = usePages<OperationView>('/v1/ops/operations', filters);
  const { kinds = [], clientKinds = [], problems = [] } = useWords() ?? {};
  const { state, kind, userId, actorId, problem, from, to } = filters;
  return (
    <View title="Operations" aside={<Actions actions={bulkActions(filters, clientKinds, navigate)} />}>
      <search className="filters">
        <ChoiceFilter
          label="State"
          value={state}
          choices={plain(OPERATION_STATES)}
          set={(value) => set('state', value)}
        />
        <ChoiceFilter label="Kind" value={kind} choices={plain(kinds)} set={(value) => set('kind', value)} />
        <ChoiceFilter
          label="Problem"
          value={problem}
          all="any"
          choices={plain(problems)}
          set={(value) => set('problem', value)}
        />
        <TextFilter label="Lane" placeholder="User id" value={userId} set={(value) => set('userId', value)} />
        <TextFilter
          label="Asked for by"
          placeholder="User id"
          value={actorId}
          set={(value) => set('actorId', value)}
        />
        <TimeFilter label="Accepted from" value={from} set={(value) => set('from', value)} />
        <TimeFilter label="Accepted before" value={to} set={(value) => set('to', value)} />
      </search>
      <Paged
        pages={operations}
        label="Operations"
        head={['Operation', 'State', 'Lane', 'Accepted', 'Attempts', 'Problem']}
        empty="No operation is like that."
        row={(operation) => (
          <Table.Tr key={operation.id}>
            <Table.Th scope="row">
              <OperationLink id={operation.id}>
                {operation.kind} #{operation.seq}
              </OperationLink>
            </Table.Th>
            <Table.Td>
              <StateBadge state={operation.state} />
            </Table.Td>
            <Table.Td>
              <LaneLink id={operation.userId} />
            </Table.Td>
            <Table.Td>
              <Time at={operation.createdAt} />
            </Table.Td>
            <Table.Td>{operation.attempts}</Table.Td>
            <Table.Td className="text">
              {operation.problem ? (operation.problem.detail ?? operation.problem.title) : ''}
            </Table.Td>
          </Table.Tr>
        )}
      />
    </View>
  );
}
