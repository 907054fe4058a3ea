import type { Role } from '@turnpike/protocol';
import { Button, Group, Modal, Radio, TextInput } from '@mantine/core';
import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react';
import { announce } from './announce.js';
import { textOf } from './form.js';
import { Refused } from './parts.js';
import { readAgain, useSession } from './queries.js';

/** Something that an operator does, and gives a reason for. */
export interface Action {
  /** On the button and above the dialog. */
  name: string;
  /** What will happen, in full sentences. */
  explanation: ReactNode;
  isDangerous?: boolean;
  /** The role beside `admin` that may do it; left out, `operator.act`. */
  needs?: Role;
  /** What changes nothing of a user's data needs none. */
  needsNoReason?: boolean;
  /** The ways of doing it, of which the operator chooses one. */
  choices?: readonly Choice[];
  /** @returns what to tell when it is done */
  carryOut: (reason: string, choice: string) => Promise<string>;
}

/** One way of doing something. */
export interface Choice {
  value: string;
  label: string;
  /** What will happen, in full sentences. */
  explanation: string;
}

/**
 * What may be done now. The dialog says what it would do as things stand, also when they change while somebody types a
 * reason; it stays even if its action is none any more by then: whoever confirms it is told so by the refusal.
 */
export function Actions({ actions }: { actions: readonly Action[] }): ReactElement {
  const [chosen, choose] = useState<Action | null>(null);
  const asItIs = actions.find(({ name }) => name === chosen?.name) ?? chosen;
  const close = (): void => choose(null);
  const may = useMay();
  return (
    <>
      {actions.filter(may).map((action) => (
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

/** @returns whether the operator's roles are enough for an action; the gateway decides, and this spares a refusal */
function useMay(): (action: Action) => boolean {
  const { roles = [] } = useSession().data ?? {};
  return ({ needs = 'operator.act' }) => roles.includes('admin') || roles.includes(needs);
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
    const choice = textOf(event.currentTarget, 'choice');
    setBusy(true);
    setRefusal(null);
    try {
      announce(await action.carryOut(reason, choice));
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
      {action.choices && <Choices choices={action.choices} />}
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

/** The first is chosen until another one is. */
function Choices({ choices }: { choices: readonly Choice[] }): ReactElement {
  return (
    <Radio.Group label="What becomes of it" name="choice" defaultValue={choices[0]?.value}>
      {choices.map(({ value, label, explanation }) => (
        <Radio key={value} value={value} label={label} description={explanation} mt="xs" />
      ))}
    </Radio.Group>
  );
}
