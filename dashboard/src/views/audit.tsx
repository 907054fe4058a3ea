import type { AuditEntry } from '@turnpike/contracts';
import { Table } from '@mantine/core';
import type { ReactElement } from 'react';
import { OPERATION_KINDS } from '../../../libs/contracts/src/kinds.js';
import { ChoiceFilter, TextFilter, useFilters } from '../filters.js';
import { INTERVENTION_NAMES } from '../names.js';
import { Actor, LaneLink, OperationLink, Paged, View } from '../parts.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';

const ACTIONS: [string, string][] = [
  ...Object.entries(INTERVENTION_NAMES),
  ...OPERATION_KINDS.map((kind): [string, string] => [kind, kind]),
  ...OPERATION_KINDS.map((kind): [string, string] => [`${kind} failed`, `${kind} failed`]),
];

export function Audit(): ReactElement {
  const [filters, set] = useFilters(['userId', 'actorId', 'action']);
  const entries = usePages<AuditEntry>('/v1/ops/audit', filters);
  return (
    <View title="Audit log">
      <search className="filters">
        <TextFilter
          label="To whom"
          placeholder="User id"
          value={filters.userId}
          set={(id) => set('userId', id)}
        />
        <TextFilter
          label="By whom"
          placeholder="User id"
          value={filters.actorId}
          set={(id) => set('actorId', id)}
        />
        <ChoiceFilter
          label="Action"
          value={filters.action}
          choices={ACTIONS}
          set={(action) => set('action', action)}
        />
      </search>
      <Paged
        pages={entries}
        label="Audit log"
        head={['When', 'By whom', 'Action', 'To whom', 'Operation', 'Reason']}
        empty="The log has nothing like that."
        row={({ id, at, actorId, action, userId, operationId, reason, after }) => (
          <Table.Tr key={id}>
            <Table.Th scope="row">
              <Time at={at} />
            </Table.Th>
            <Table.Td>
              <Actor id={actorId} action={action} />
            </Table.Td>
            <Table.Td>{actionName(action, after)}</Table.Td>
            <Table.Td>{userId && <LaneLink id={userId} />}</Table.Td>
            <Table.Td>{operationId && <OperationLink id={operationId} />}</Table.Td>
            <Table.Td>{reason}</Table.Td>
          </Table.Tr>
        )}
      />
    </View>
  );
}

/** Of a lane that was released, on which way it got out of its halt. */
function actionName(action: string, after: AuditEntry['after']): string {
  const name = (INTERVENTION_NAMES as Record<string, string>)[action] ?? action;
  const way = action === 'lane.release' ? after?.['action'] : undefined;
  return typeof way === 'string' ? `${name}: ${way}` : name;
}
