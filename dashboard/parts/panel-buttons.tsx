interface PanelProps<T extends string> {
  /** Each is the verb of a button: `Change`. */
  readonly panels: readonly T[];
  /** What they are about. */
  readonly of: string;
  /** The one that is shown. */
  readonly open: T | undefined;
  readonly onOpen: (panel: T | undefined) => void;
}

/** Buttons that each open a panel in the place of another, or close their own. */
export function PanelButtons<T extends string>({ panels, of, open, onOpen }: PanelProps<T>) {
  return (
    <>
      {panels.map((panel) => (
        <button
          key={panel}
          type="button"
          aria-expanded={open === panel}
          onClick={() => onOpen(open === panel ? undefined : panel)}
        >
          {panel} {of}
        </button>
      ))}
    </>
  );
}
