import type { AuditEntry } from '@turnpike/protocol';
import type { ReactElement } from 'react';
import { OPERATION_KINDS } from '../../../libs/contracts/src/kinds.js';
import { ChoiceFilter, plain, TextFilter, useFilters } from '../filters.js';
import { AUDIT_NAMES } from '../names.js';
import { Paged, View } from '../parts.js';
import { usePages } from '../queries.js';
import { Entry, HEAD } from './audit-entry.js';

/** How the log tells that a write has ended: by its kind alone when it succeeded. */
const ENDS = ['', ' failed', ' cancelled', ' rejected'];

const ACTIONS: [string, string][] = [
  ...Object.entries(AUDIT_NAMES),
  ...plain(OPERATION_KINDS.flatMap((kind) => ENDS.map((end) => kind + end))),
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
        head={HEAD}
        empty="The log has nothing like that."
        row={(entry) => <Entry key={entry.id} entry={entry} />}
      />
    </View>
  );
}
