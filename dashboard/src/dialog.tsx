import { type FormEvent, type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { announce } from './announce.js';
import { textOf } from './form.js';
import { Refused } from './parts.js';
import { readAgain } from './queries.js';

/** A dialog of the browser's own: it keeps the focus, gives it back when it closes, and closes on Escape. */
export function Dialog({
  label,
  close,
  children,
}: {
  label: string;
  close: () => void;
  children: ReactNode;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it is still in the page: one that is taken away open takes the focus with it.
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog ref={dialog} aria-label={label} onClose={close}>
      {children}
    </dialog>
  );
}

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
  return (
    <>
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          className={action.isDangerous ? 'danger' : ''}
          onClick={() => choose(action)}
        >
          {action.name}…
        </button>
      ))}
      {chosen && asItIs && <ActionDialog action={asItIs} close={() => choose(null)} />}
    </>
  );
}

function ActionDialog({ action, close }: { action: Action; close: () => void }): ReactElement {
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
    <Dialog label={action.name} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{action.name}</h2>
        <div className="explanation">{action.explanation}</div>
        {!action.needsNoReason && (
          <label className="field">
            Reason, for the audit log
            <input name="reason" maxLength={200} pattern=".*\S.*" autoComplete="off" required autoFocus />
          </label>
        )}
        {refusal && <Refused error={refusal} />}
        <div className="row end">
          <button type="button" onClick={close}>
            Leave it
          </button>
          <button type="submit" className={action.isDangerous ? 'danger' : 'primary'} disabled={busy}>
            {busy ? 'One moment…' : action.name}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
