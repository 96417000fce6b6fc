import { useEffect, useRef, useState } from 'preact/hooks';
import { Loading, Problem } from '../../parts/small.js';
import { rowsOf } from './config-edits.js';
import { unknownOf, type ConfigState } from './config-state.js';
import { fromText, toText } from './config-text.js';

interface TextProps {
  readonly state: ConfigState;
  readonly onReveal: (names: readonly string[]) => void;
  /** Undefined: what is typed cannot be read, so there is nothing to save. */
  readonly onEdit: (values: ReadonlyMap<string, string> | undefined) => void;
}

/** The whole config as one text, with the edits; all values are revealed for that. */
export function ConfigAsText({ state, onReveal, onEdit }: TextProps) {
  const { names } = state.known;
  // What is typed stays, even if it changes what is known.
  const wasKnown = useRef(false);
  const isKnown = wasKnown.current || unknownOf(state, names).length === 0;
  wasKnown.current = isKnown;
  useEffect(() => {
    if (!isKnown) onReveal(names);
  }, [isKnown]);
  return isKnown ? <Editor state={state} onEdit={onEdit} /> : <Loading what="the values" />;
}

function Editor({ state: { known, edits }, onEdit }: Omit<TextProps, 'onReveal'>) {
  const [text, setText] = useState(() =>
    toText(
      new Map(
        rowsOf(known, edits).flatMap(({ name, value }) =>
          typeof value === 'string' ? [[name, value] as const] : [],
        ),
      ),
    ),
  );
  const [problem, setProblem] = useState<Error>();
  const onInput = (typed: string): void => {
    setText(typed);
    try {
      onEdit(fromText(typed));
      setProblem(undefined);
    } catch (error) {
      onEdit(undefined);
      setProblem(error as Error);
    }
  };
  return (
    <>
      <label>
        All variables, NAME=value
        <textarea
          rows={Math.min(30, text.split('\n').length + 2)}
          value={text}
          spellcheck={false}
          autocapitalize="none"
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
        <small class="quiet">What is not there goes. Comments are not kept.</small>
      </label>
      <Problem of={problem} />
    </>
  );
}
