import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Command, Problem } from './small.js';

interface ActionProps {
  /** What the button says: a verb first. */
  readonly label: string;
  /** The command of `deis` that does the same. */
  readonly command: string;
  /** It destroys something: the person types this name first. */
  readonly confirmName?: string;
  readonly onDo: () => Promise<unknown>;
  /** What will happen, to be read before. */
  readonly children: ComponentChildren;
}

/** A button that says what it will do, and does it when that is confirmed. */
export function Action(props: ActionProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={props.confirmName === undefined ? '' : 'danger'}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {isOpen && <Confirmation {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

/**
 * What makes a dialog the browser's own modal one: it holds the focus, Escape closes it. It is there at once, so that
 * the next key is the dialog's; when it goes, the focus is again where it was, by `close`.
 */
function useModal(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = ref.current!;
    shown.showModal();
    return () => shown.close();
  }, []);
  const onCancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  return { ref, onCancel, onClose: () => ref.current !== null && onClose() };
}

/** What will be done, to be confirmed. */
function Confirmation(props: ActionProps & { onClose: () => void }) {
  const { label, command, confirmName, onDo, onClose, children } = props;
  const [typed, setTyped] = useState('');
  const { isBusy, problem, run } = useDoing(onDo, onClose);
  const isConfirmed = confirmName === undefined || typed === confirmName;
  return (
    <dialog aria-labelledby="action-title" {...useModal(onClose)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) run();
        }}
      >
        <h2 id="action-title">{label}</h2>
        {children}
        {confirmName !== undefined && <TypedName name={confirmName} typed={typed} onTyped={setTyped} />}
        <Command text={command} />
        <Problem of={problem} />
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={moodOf(confirmName)} disabled={!isConfirmed || isBusy}>
            {label}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function moodOf(confirmName: string | undefined): string {
  return confirmName === undefined ? 'primary' : 'danger';
}

interface TypedProps {
  readonly name: string;
  readonly typed: string;
  readonly onTyped: (typed: string) => void;
}

function TypedName({ name, typed, onTyped }: TypedProps) {
  return (
    <label>
      <span>
        Type <b>{name}</b> to confirm
      </span>
      <input value={typed} autocomplete="off" onInput={({ currentTarget }) => onTyped(currentTarget.value)} />
    </label>
  );
}

/** Something that is done once at a time, and why it failed. */
export function useDoing(onDo: () => Promise<unknown>, onDone: () => void = () => undefined) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const run = (): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    onDo()
      .then(onDone, setProblem)
      .finally(() => setBusy(false));
  };
  return { isBusy, problem, run };
}
