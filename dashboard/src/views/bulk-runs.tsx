import type { BulkRun } from '@turnpike/contracts';
import type { ReactElement } from 'react';
import { Link } from 'wouter';
import { BULK } from '../bulk.js';
import { Actor, Paged, RunBadge, View } from '../parts.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';

export function BulkRuns(): ReactElement {
  const runs = usePages<BulkRun>(BULK, {});
  return (
    <View title="Bulk runs">
      <p className="muted">
        Many writes retried or cancelled at once. Narrow the <Link href="/operations">operations</Link> to
        begin one.
      </p>
      <Paged
        pages={runs}
        label="Bulk runs"
        head={['Begun', 'What', 'State', 'Done', 'Refused', 'By whom', 'Reason']}
        empty="Nobody has begun a bulk run yet."
        row={({ id, startedAt, action, state, done, total, refused, actorId, reason }) => (
          <tr key={id}>
            <th scope="row">
              <Link href={`/bulk/${id}`}>
                <Time at={startedAt} />
              </Link>
            </th>
            <td>{action}</td>
            <td>
              <RunBadge state={state} />
            </td>
            <td>
              {done.toLocaleString()} of {total.toLocaleString()}
            </td>
            <td>{refused.toLocaleString()}</td>
            <td>
              <Actor id={actorId} />
            </td>
            <td>{reason}</td>
          </tr>
        )}
      />
    </View>
  );
}
