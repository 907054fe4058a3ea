import type { BulkAction, BulkCount, BulkFilter, BulkRequest, BulkRun } from '@turnpike/protocol';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { post } from './api.js';
import type { Action } from './dialog.js';
import type { Filters } from './filters.js';
import { writes } from './names.js';
import { Refused } from './parts.js';

export const BULK = '/v1/ops/bulk';

/** As the list of operations is narrowed. */
export type OperationFilters = Filters<'state' | 'kind' | 'userId' | 'actorId' | 'problem' | 'from' | 'to'>;

const STATES: Readonly<Record<BulkAction, readonly string[]>> = {
  retry: ['failed'],
  cancel: ['queued', 'retrying'],
};

/** What may be done to all that a filter matches: to failed writes one thing, to waiting ones another. */
export function bulkActions(
  filters: OperationFilters,
  clientKinds: readonly string[],
  navigate: (href: string) => void,
): Action[] {
  if (filters.kind && !clientKinds.includes(filters.kind)) return [];
  const actions = ['retry', 'cancel'] as const;
  return actions
    .filter((action) => !filters.state || STATES[action].includes(filters.state))
    .map((action) => bulkAction(action, filters as BulkFilter, navigate));
}

function bulkAction(action: BulkAction, filter: BulkFilter, navigate: (href: string) => void): Action {
  return {
    name: { retry: 'Retry all failed', cancel: 'Cancel all waiting' }[action],
    isDangerous: action === 'cancel',
    explanation: <Preview action={action} filter={filter} />,
    carryOut: async (reason) => {
      const run = await post<BulkRun>(BULK, { action, filter, reason } satisfies BulkRequest);
      navigate(`/bulk/${run.id}`);
      return 'The run has begun.';
    },
  };
}

/** How many it would be now, and what would become of them. */
function Preview({ action, filter }: Pick<BulkRequest, 'action' | 'filter'>): ReactElement {
  const request: BulkRequest = { action, filter, reason: 'how many are there?', dryRun: true };
  const { data, error } = useQuery({
    queryKey: ['bulk', action, filter],
    queryFn: () => post<BulkCount>(BULK, request),
    gcTime: 0,
  });
  if (error) return <Refused error={error} />;
  const what = {
    retry:
      'asked for again, each as a new write at the end of its lane. What was repeated already is left out',
    cancel: 'withdrawn for good, unless they have begun or were applied by then',
  }[action];
  return (
    <>
      <p>
        <strong>{data ? writes(data.count) : 'Counting…'}</strong> that{' '}
        {data?.count === 1 ? 'matches' : 'match'} this filter will be {what}. You can abort the run; what it
        has done by then stays done.
      </p>
      <Text c="dimmed">{filterText(filter)}</Text>
    </>
  );
}

export function filterText(filter: BulkFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length > 0 ? `Filter: ${parts.join(', ')}` : 'Filter: none, so those of all lanes.';
}
