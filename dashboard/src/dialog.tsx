import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react';
import { announce } from './announce.js';
import { textOf } from './form.js';
import { Refused } from './parts.js';
import { readAgain } from './queries.js';

/** Something that an operator does, and gives a reason for. */
export interface Action {
  /** On the button and above the dialog. */
  name: string;
  /** What will happen, in full sentences. */
  explanation: ReactNode;
  isDangerous?: boolean;
  /** What changes nothing of a user's data needs none. */
  needsNoReason?: boolean;
  /** @returns what to tell when it is done */
  carryOut: (reason: string) => Promise<string>;
}

/**
 * What may be done now. The dialog says what it would do as things stand, also when they change while somebody types a
 * reason; it stays even if its action is none any more by then: whoever confirms it is told so by the refusal.
 */
export function Actions({ actions }: { actions: readonly Action[] }): ReactElement {
  const [chosen, choose] = useState<Action | null>(null);
  const asItIs = actions.find(({ name }) => name === chosen?.name) ?? chosen;
  const close = (): void => choose(null);
  return (
    <>
      {actions.map((action) => (
        <Button key={action.name} {...colouring(action)} onClick={() => choose(action)}>
          {action.name}…
        </Button>
      ))}
      <Modal opened={asItIs !== null} onClose={close} title={asItIs?.name} {...STILL}>
        {asItIs && <ActionForm action={asItIs} close={close} />}
      </Modal>
    </>
  );
}

/** How dialogs are: what locks the page's scrolling writes a style sheet, which the policy forbids, and none is waited for. */
export const STILL = {
  lockScroll: false,
  transitionProps: { duration: 0 },
  withCloseButton: false,
  centered: true,
} as const;

function colouring({ isDangerous }: Action): { variant?: string; color?: string } {
  return isDangerous ? { variant: 'outline', color: 'red' } : {};
}

function ActionForm({ action, close }: { action: Action; close: () => void }): ReactElement {
  const [refusal, setRefusal] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = textOf(event.currentTarget, 'reason').trim();
    setBusy(true);
    setRefusal(null);
    try {
      announce(await action.carryOut(reason));
      close();
    } catch (error) {
      setRefusal(error as Error);
      setBusy(false);
    }
    // What was refused has moved on, and what was done shows.
    readAgain();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div>{action.explanation}</div>
      {!action.needsNoReason && (
        <TextInput
          label="Reason, for the audit log"
          name="reason"
          maxLength={200}
          pattern=".*\S.*"
          autoComplete="off"
          required
          data-autofocus
        />
      )}
      {refusal && <Refused error={refusal} />}
      <Group justify="end">
        <Button onClick={close}>Leave it</Button>
        <Button type="submit" variant="filled" {...colouring(action)} disabled={busy}>
          {busy ? 'One moment…' : action.name}
        </Button>
      </Group>
    </form>
  );
}
