import type { IntegrityRun } from '@turnpike/protocol';
import { Button, Table, Text } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { post } from '../api.js';
import { sentence } from '../names.js';
import { Muted, Paged, Refused, View } from '../parts.js';
import { RunBadge } from '../badges.js';
import { usePages } from '../queries.js';
import { Time } from '../time.js';
import { Verdict } from '../verdict.js';

/** Until when a run has looked for what it has found. */
const UNTIL = { running: 'so far', failed: 'until it failed', done: '' } as const;

export function Integrity(): ReactElement {
  const [, navigate] = useLocation();
  const runs = usePages<IntegrityRun>('/v1/ops/integrity/runs', {});
  return (
    <View title="Integrity" aside={<BeginButton navigate={navigate} />}>
      <Text c="dimmed">
        A run compares the users of identity with what the other services hold of them, and finds what is
        dangling, missing, stale, or alive after a deletion.
      </Text>
      <Verdict />
      <Paged
        pages={runs}
        label="Integrity runs"
        head={['Begun', 'State', 'Rows compared', 'Findings', 'Ended']}
        empty="Nothing has been compared yet. Begin a run to see whether the services agree."
        row={({ id, startedAt, state, checked, findings, finishedAt, problem }) => (
          <Table.Tr key={id}>
            <Table.Th scope="row">
              <Link href={`/integrity/${id}`}>
                <Time at={startedAt} />
              </Link>
            </Table.Th>
            <Table.Td className="text">
              <RunBadge state={state} left={findings.length} />
              {problem && <Muted> {sentence(problem.detail ?? problem.title)}</Muted>}
            </Table.Td>
            <Table.Td>{checked.toLocaleString()}</Table.Td>
            <Table.Td>
              {findings.length} {UNTIL[state]}
            </Table.Td>
            <Table.Td>{finishedAt ? <Time at={finishedAt} /> : '–'}</Table.Td>
          </Table.Tr>
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
      <Button variant="filled" onClick={() => void begin()}>
        Begin a run
      </Button>
    </>
  );
}
