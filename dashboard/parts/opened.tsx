import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface OpenedProps {
  /** What the button says. */
  readonly label: string;
  readonly onDone?: () => void;
  /** `onDone` closes it. */
  readonly children: (onDone: () => void) => ComponentChildren;
}

/** A form that is in the page only once somebody wants it. */
export function Opened({ label, onDone, children }: OpenedProps) {
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    onDone?.();
  };
  return (
    <div class="opened">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label}
      </button>
      {isOpen && children(close)}
    </div>
  );
}
