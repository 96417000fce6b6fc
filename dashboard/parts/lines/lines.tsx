import type { ComponentChildren } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { colouredText } from './coloured-text.js';
import { FindBar } from './find-bar.js';
import { marked } from './find-lines.js';
import { lineWindow } from './line-window.js';
import { useFind } from './use-find.js';

/** As style.css has it. */
const lineHeight = 20;
/** Of fewer, all are in sight. */
const manyLines = 25;

interface LinesProps {
  readonly lines: readonly string[];
  readonly label: string;
  /** How many come before these which are not there yet: their place is kept for them. */
  readonly before?: number;
  /** It begins there and stays; else it is at its end. */
  readonly isFromTop?: boolean;
  /** What can be done with the line that was found last. */
  readonly onFound?: (line: string) => ComponentChildren;
}

/**
 * Many lines of text, of which only those in sight are in the page. It stays at the end while it is there, and where it
 * is when somebody has scrolled up. What is looked for is looked for in all of them.
 */
export function Lines({ lines, label, before = 0, isFromTop = false, onFound }: LinesProps) {
  const { box, top, first, end, onScroll, goTo } = useWindow(lines, before, isFromTop);
  const find = useFind({
    ...{ lines, before },
    first: () => Math.ceil((box.current?.scrollTop ?? 0) / lineHeight) - before,
    onHit: (place) => goTo(place + before),
  });
  const found = find.at === undefined ? undefined : lines[find.at];
  const shown = Array.from({ length: end - first }, (_, place) => first + place - before);
  return (
    <>
      {(lines.length > manyLines || find.text !== '') && <FindBar find={find} label={label} />}
      {found !== undefined && onFound?.(found)}
      <div ref={box} class="lines" role="log" aria-label={label} tabIndex={0} onScroll={onScroll}>
        <div style={{ height: `${(before + lines.length) * lineHeight}px` }}>
          <pre style={{ transform: `translateY(${top}px)` }}>
            {shown.map((place) => (
              <Line
                key={place}
                text={lines[place] ?? ''}
                wanted={find.text}
                isAt={place === find.at}
                isLast={place === lines.length - 1}
              />
            ))}
          </pre>
        </div>
      </div>
    </>
  );
}

/** Which lines are in sight, counted from the first of all, and the way to another. */
function useWindow(lines: readonly string[], before: number, isFromTop: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(!isFromTop);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const { current } = box;
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [lines, before]);
  const onScroll = useCallback(
    ({ currentTarget }: { currentTarget: HTMLDivElement }): void => {
      const { scrollTop, clientHeight, scrollHeight } = currentTarget;
      isAtEnd.current = !isFromTop && scrollTop + clientHeight >= scrollHeight - lineHeight;
      setPlace({ top: scrollTop, height: clientHeight });
    },
    [isFromTop],
  );
  /** It is then in the middle; what comes meanwhile does not move it. */
  const goTo = (line: number): void => {
    const { current } = box;
    if (current === null) return;
    isAtEnd.current = false;
    current.scrollTop = (line + 0.5) * lineHeight - current.clientHeight / 2;
  };
  const { before: top, ...shown } = lineWindow(before + lines.length, lineHeight, place.top, place.height);
  return { box, top, ...shown, onScroll, goTo };
}

interface LineProps {
  readonly text: string;
  readonly wanted: string;
  /** What was looked for was found here last. */
  readonly isAt: boolean;
  readonly isLast: boolean;
}

/** One line, coloured as a terminal does, with what is looked for marked. */
function Line({ text, wanted, isAt, isLast }: LineProps) {
  return (
    <span class={isAt ? 'line at' : 'line'}>
      {marked(colouredText(text), wanted).map(({ text: part, look, isHit }, place) =>
        isHit ? (
          <mark key={place}>{part}</mark>
        ) : look === '' ? (
          part
        ) : (
          <span key={place} class={look}>
            {part}
          </span>
        ),
      )}
      {!isLast && '\n'}
    </span>
  );
}
