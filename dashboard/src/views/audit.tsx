import type { AuditEntry } from '@turnpike/protocol';
import type { ReactElement } from 'react';
import { ChoiceFilter, TextFilter, useFilters } from '../filters.js';
import { auditName } from '../names.js';
import { Paged, View } from '../parts.js';
import { usePages } from '../queries.js';
import { useWords } from '../words.js';
import { Entry, HEAD } from './audit-entry.js';

export function Audit(): ReactElement {
  const [filters, set] = useFilters(['userId', 'actorId', 'action']);
  const actions = useWords()?.auditActions ?? [];
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
          choices={actions.map((action) => [action, auditName(action)] as const)}
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
