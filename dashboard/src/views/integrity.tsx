import type { IntegrityRun } from '@turnpike/contracts';
import { type ReactElement, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { post } from '../api.js';
import { Paged, Refused, RunBadge, View } from '../parts.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';

export function Integrity(): ReactElement {
  const [, navigate] = useLocation();
  const runs = usePages<IntegrityRun>('/v1/ops/integrity/runs', {});
  return (
    <View title="Integrity" aside={<BeginButton navigate={navigate} />}>
      <p className="muted">
        A run compares the users of identity with what the other services hold of them, and finds what is
        dangling, missing, stale, or alive after a deletion.
      </p>
      <Paged
        pages={runs}
        label="Integrity runs"
        head={['Begun', 'State', 'Rows compared', 'Findings', 'Ended']}
        empty="Nothing has been compared yet. Begin a run to see whether the services agree."
        row={({ id, startedAt, state, checked, findings, finishedAt }) => (
          <tr key={id}>
            <th scope="row">
              <Link href={`/integrity/${id}`}>
                <Time at={startedAt} />
              </Link>
            </th>
            <td>
              <RunBadge state={state} />
            </td>
            <td>{checked.toLocaleString()}</td>
            <td>{findings.length}</td>
            <td>{finishedAt ? <Time at={finishedAt} /> : '–'}</td>
          </tr>
        )}
      />
    </View>
  );
}

/** A run only reads, so it is begun without a question; while one is under way, it is that one. */
function BeginButton({ navigate }: { navigate: (href: string) => void }): ReactElement {
  const [refusal, setRefusal] = useState<Error | null>(null);
  const begin = (): Promise<void> =>
    post<IntegrityRun>('/v1/ops/integrity/runs').then(({ id }) => navigate(`/integrity/${id}`), setRefusal);
  return (
    <>
      {refusal && <Refused error={refusal} />}
      <button type="button" className="primary" onClick={() => void begin()}>
        Begin a run
      </button>
    </>
  );
}
