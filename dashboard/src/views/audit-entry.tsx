import type { AuditEntry } from '@turnpike/protocol';
import { Button, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactElement, useState } from 'react';
import { type Change, changesOf, isHidden } from '../changes.js';
import { Actions } from '../dialog.js';
import { auditName } from '../names.js';
import { Actor, Facts, LaneLink, Notice, OperationLink } from '../parts.js';
import { revealing } from '../reveal.js';
import { Time } from '../time.js';

/** The columns of an entry. */
export const HEAD = ['When', 'By whom', 'Action', 'Details', 'To whom', 'Operation', 'Reason'] as const;

interface EntryProps {
  entry: AuditEntry;
}

/** One line of the log; a second one shows what was before and after, once somebody asks for it. */
export function Entry({ entry }: EntryProps): ReactElement {
  const [isOpen, { toggle }] = useDisclosure(false);
  const { at, actorId, action, userId, operationId, reason, before, after } = entry;
  return (
    <>
      <Table.Tr>
        <Table.Th scope="row">
          <Time at={at} />
        </Table.Th>
        <Table.Td>
          <Actor id={actorId} action={action} />
        </Table.Td>
        <Table.Td>{actionName(action, after)}</Table.Td>
        <Table.Td>
          {(before ?? after) && (
            <Button size="compact-sm" aria-expanded={isOpen} onClick={toggle}>
              {isOpen ? 'Hide' : 'Show'}
            </Button>
          )}
        </Table.Td>
        <Table.Td>{userId && <LaneLink id={userId} />}</Table.Td>
        <Table.Td>{operationId && <OperationLink id={operationId} />}</Table.Td>
        <Table.Td className="text">{reason}</Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={HEAD.length}>
            <Contents entry={entry} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** Of a lane that was released, on which way it got out of its halt. */
function actionName(action: string, after: AuditEntry['after']): string {
  const name = auditName(action);
  const way = action === 'lane.release' ? after?.['action'] : undefined;
  return typeof way === 'string' ? `${name}: ${way}` : name;
}

/** Names and addresses are hidden until the operator says why he has to see them; they are gone again with this view. */
function Contents({ entry }: EntryProps): ReactElement {
  const [revealed, setRevealed] = useState<AuditEntry | null>(null);
  const { before, after } = revealed ?? entry;
  const changes = changesOf(before, after);
  const reveal = revealing(`/v1/ops/audit/${entry.id}`, setRevealed);
  return (
    <div className="entry">
      {revealed && <Notice>Personal data is shown.</Notice>}
      <Facts facts={changes.map((change) => [change.name, sentenceOf(change)])} />
      {!revealed && changes.some(isHidden) && (
        <div>
          <Actions actions={[reveal]} />
        </div>
      )}
    </div>
  );
}

/** What stayed as it was is said once; of what is hidden nobody can say that it did. */
function sentenceOf(change: Change): string {
  const { before, after = 'none' } = change;
  if (before === undefined || (before === after && !isHidden(change))) return after;
  return `${before} → ${after}`;
}
