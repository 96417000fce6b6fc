import { useMemo, useState } from 'preact/hooks';
import { hitFrom, linesWith } from './find-lines.js';

/** What is looked for in lines, and where it is. */
export interface Find {
  readonly text: string;
  /** Places in the lines, as `at`. */
  readonly hits: readonly number[];
  /** What was gone to last. */
  readonly at: number | undefined;
  readonly look: (text: string) => void;
  readonly go: (way: 'next' | 'previous') => void;
}

interface FindProps {
  readonly lines: readonly string[];
  /** How many come before them: what was found stays found when those are there. */
  readonly before: number;
  /** The place of the line that is seen first. */
  readonly first: () => number;
  readonly onHit: (place: number) => void;
}

/** Looks for a text in all lines that are there. */
export function useFind({ lines, before, first, onHit }: FindProps): Find {
  const [text, setText] = useState('');
  const [line, setLine] = useState<number>();
  const hits = useMemo(() => linesWith(lines, text), [lines, text]);
  const at = line === undefined ? undefined : line - before;
  const goTo = (hit: number | undefined): void => {
    setLine(hit === undefined ? undefined : hit + before);
    if (hit !== undefined) onHit(hit);
  };
  return {
    ...{ text, hits, at },
    look: (wanted) => {
      setText(wanted);
      goTo(hitFrom(linesWith(lines, wanted), (at ?? first()) - 1, 'next'));
    },
    go: (way) => goTo(hitFrom(hits, at ?? first(), way)),
  };
}
