import type { IntegrityHealth, OpsSummary, ProblemBody } from '@turnpike/protocol';
import { Alert } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link } from 'wouter';
import { findings, sentence } from './names.js';
import { Read } from './parts.js';
import { useRead } from './queries.js';
import { Time } from './time.js';

/** Milliseconds after which a verdict that was not read anew is shown as one from before. */
const LATEST_MS = 10_000;

/** Whether the services agree, as far as anybody knows. */
export function Verdict(): ReactElement {
  const summary = useRead<OpsSummary>('/v1/ops/summary', { live: true });
  return (
    <Read query={summary} maxAgeMs={LATEST_MS}>
      {({ integrity }) => (
        <Alert color={COLOURS[integrity.verdict]} role="status" title={TITLES[integrity.verdict]}>
          <p>
            <LastCompared integrity={integrity} />
          </p>
          {integrity.problem && <Cause problem={integrity.problem} />}
        </Alert>
      )}
    </Read>
  );
}

const COLOURS = { agree: 'green', findings: 'red', unknown: 'yellow' } as const;

const TITLES = {
  agree: 'The services agree.',
  findings: 'The services contradict each other.',
  unknown: 'It is not known whether the services agree.',
} as const;

function LastCompared({ integrity: { lastSuccessAt } }: { integrity: IntegrityHealth }): ReactElement {
  if (!lastSuccessAt) return <>No run has compared them yet.</>;
  return (
    <>
      They were last compared <Time at={lastSuccessAt} />.
    </>
  );
}

/** One line for the overview; nothing where they agree. */
export function Disagreement({ integrity }: { integrity: IntegrityHealth }): ReactElement | null {
  if (integrity.verdict === 'agree') return null;
  const count = integrity.findings.reduce((sum, finding) => sum + finding.count, 0);
  return (
    <p>
      <Link href="/integrity">{TITLES[integrity.verdict]}</Link> {count > 0 && `${findings(count)}. `}
      {integrity.problem?.detail ? (
        sentence(integrity.problem.detail)
      ) : (
        <LastCompared integrity={integrity} />
      )}
    </p>
  );
}

/** Why a run failed, and what to do. */
export function Cause({ problem: { detail, title, service } }: { problem: ProblemBody }): ReactElement {
  return (
    <>
      <p>{sentence(detail ?? title)}</p>
      {typeof service === 'string' && (
        <p>Look at the log and the /health/ready of {service} and mend it; then begin another run.</p>
      )}
    </>
  );
}
