import type { LaneView } from '@turnpike/contracts';
import type { ReactElement } from 'react';
import { ChoiceFilter, plain, TextFilter, useFilters } from '../filters.js';
import { headOf, LANE_TONES } from '../names.js';
import { LaneBadge, LaneLink, OperationLink, Paged, View } from '../parts.js';
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
          <tr key={lane.userId}>
            <th scope="row">
              <LaneLink id={lane.userId} />
            </th>
            <td>
              <LaneBadge {...lane} />
            </td>
            <td className="number">{lane.depth}</td>
            <td>
              {lane.head ? (
                <OperationLink id={lane.head.id}>{headOf(lane)}</OperationLink>
              ) : (
                <span className="muted">–</span>
              )}
            </td>
            <td>
              {lane.oldestQueuedAt ? <Time at={lane.oldestQueuedAt} /> : <span className="muted">–</span>}
            </td>
            <td className="number">{lane.lastSeq}</td>
          </tr>
        )}
      />
    </View>
  );
}
