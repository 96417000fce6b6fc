import type { ComponentChildren } from 'preact';
import { Command, Problem } from './small.js';
import { useDoing } from './action.js';

interface FormProps {
  /** What the button says: a verb first. */
  readonly label: string;
  /** The command of `deis` that does the same. */
  readonly command?: string | undefined;
  /** Nothing is there to be done yet. */
  readonly isIdle?: boolean;
  readonly onDo: () => Promise<unknown>;
  readonly onDone?: () => void;
  readonly children: ComponentChildren;
}

/** Fields in a row with one button, which does what they say, once at a time. */
export function Form({ label, command, isIdle = false, onDo, onDone, children }: FormProps) {
  const { isBusy, problem, run } = useDoing(onDo, onDone);
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isIdle) run();
      }}
    >
      <div class="row">{children}</div>
      {command !== undefined && command !== '' && <Command text={command} />}
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isIdle || isBusy}>
        {label}
      </button>
    </form>
  );
}

/** A text field's value, and what is done with what is typed. */
export function bound(value: string, onValue: (value: string) => void) {
  return {
    value,
    autocapitalize: 'none',
    spellcheck: false,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      onValue(currentTarget.value),
  } as const;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  /** What may be chosen -> what it is called. */
  readonly of: Readonly<Record<T, string>>;
  readonly onValue: (value: T) => void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, of, onValue }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onValue(currentTarget.value as T)}>
        {Object.entries<string>(of).map(([each, name]) => (
          <option value={each} key={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface CheckProps {
  readonly label: string;
  readonly value: boolean;
  readonly onValue: (value: boolean) => void;
}

/** A yes or a no. */
export function Check({ label, value, onValue }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={value}
        onChange={({ currentTarget }) => onValue(currentTarget.checked)}
      />
      {label}
    </label>
  );
}
